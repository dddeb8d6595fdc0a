//! The edge to git: trees in, commits out. The only room that knows git2 or the `git` program.
//! Everything happens in the object database: the work tree and the index are never read for content nor changed, no hook
//! and no filter runs. A write goes blobs, trees, commit, and last the branch, by compare-and-swap: a run that dies leaves
//! unreachable objects and at most the lock of its own branch.
//!
//! In reading order: [`open`](Repository::open) · `revision` names → commits · `tree` a commit's files · `delta` two trees →
//! paths · `history` whose commits a branch holds · `landing` what became of them in a base · `merge` changes of people kept, by `three_way` · `write` files → a tree · `branch` tips,
//! locks, compare-and-swap · `prepare` what the commit would be, `straight` where no pull request is made · `commit` the commit, with `identity`, `sign`, `settings`.
//! The network is left to the `git` program: `process`, `program` how it is called · `remote` where to · `fetch` what is there ·
//! `push` one push, by `porcelain`, `refusal`, `said`, `pause` · `publish` rounds until it is there · `published` what is noted of it.

mod blobs;
mod branch;
mod commit;
mod create;
mod delta;
mod fault;
mod fetch;
mod history;
mod identity;
mod landing;
mod merge;
mod open;
mod pause;
mod porcelain;
mod prepare;
mod process;
mod program;
mod publish;
mod published;
mod push;
mod refusal;
mod remote;
mod revision;
mod said;
mod settings;
mod sign;
mod start;
mod straight;
mod three_way;
mod tree;
mod trunk;
mod write;

pub use landing::{Landing, Removed};
pub use open::Repository;
pub use prepare::{Draft, Outcome, Prepared};
pub use publish::{Destination, Offer, Publication, TRIES};
pub use push::Push;
pub use refusal::Bar;
pub use remote::Remote;
pub use revision::{Base, Commit};
pub use sign::Signing;
pub use tree::Tree;
pub use trunk::Trunk;

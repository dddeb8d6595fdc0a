//! The edge to git: trees in, commits out. The only room that knows git2 or the `git` program.
//! Everything happens in the object database: the work tree and the index are never read for content nor changed, no hook
//! and no filter runs. A write goes blobs, trees, commit, and last the branch, by compare-and-swap: a run that dies leaves
//! unreachable objects and at most the lock of its own branch.
//!
//! In reading order: [`open`](Repository::open) · `revision` names → commits · `tree` a commit's files · `delta` two trees →
//! paths · `history` whose commits a branch holds · `merge` changes of people kept · `write` files → a tree · `branch` tips,
//! locks, compare-and-swap · `prepare` what the commit would be · `commit` the commit, with `identity`, `sign`, `settings`.

mod branch;
mod commit;
mod create;
mod delta;
mod fault;
mod history;
mod identity;
mod merge;
mod open;
mod prepare;
mod revision;
mod settings;
mod sign;
mod tree;
mod write;

pub use open::Repository;
pub use prepare::{Draft, Outcome, Prepared};
pub use revision::{Base, Commit};
pub use sign::Signing;
pub use tree::Tree;

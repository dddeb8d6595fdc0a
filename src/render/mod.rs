//! The room of rendering: a plan → the overlay's files and the smallest edit of the user's files that makes it take effect,
//! and the proof that the build of the result says what the plan wants.
//! A user's file is edited by inserting lines, never re-serialised. Must know nothing of git, network, clock or terminal.

pub mod edit;
pub mod overlay;
mod patch;
pub mod proof;
pub mod restore;
mod template;

//! The room of rendering: a plan → the overlay's files and the smallest edit of the user's files that makes it take effect.
//! A user's file is edited by inserting lines, never re-serialised. Must know nothing of git, network, clock or terminal.

pub mod edit;

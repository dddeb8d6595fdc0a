//! The room of Kustomize: a tree of files in, objects out. Imports nothing of ours.

pub mod files;
pub mod restrict;

//! leeward keeps the backups of Percona XtraDB Cluster flowing when the backup target is gone, by pull request.
//!
//! Data goes one way: `Evidence → Diagnosis → Plan → Overlay → Proposal → Preview → Verdict`. In reading order:
//! [`model`] the words · [`kustomize`] files → objects · [`survey`] a tree → roots and clusters · [`diagnose`] evidence → cause ·
//! [`plan`] what has to
//! change, and every guard · [`render`] plan → files · [`preview`] Git and live → what the controller will do · [`verify`]
//! what was applied → a verdict · [`report`] what a person reads. At the edge: [`git`], [`build`] (the builder that is a program), [`cluster`] (the API server), [`forge`]
//! (pull requests) and [`s3`] (probes).
//! [`commands`] is the glue, one file a verb.

pub mod build;
pub mod cli;
pub mod cluster;
pub mod commands;
pub mod console;
pub mod diagnose;
pub mod failure;
pub mod forge;
pub mod git;
pub mod kustomize;
pub mod model;
pub mod plan;
pub mod preview;
pub mod render;
pub mod report;
pub mod s3;
pub mod survey;
pub mod verify;

//! What a run looks at, what one look saw and what it leaves for the next. Made when a run begins; each part of a look adds to
//! it. Must never ask anything.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::given::Given;
use super::live::is_passing;
use super::proposal::Proposal;
use super::site::Site;
use crate::build::Builder;
use crate::cli::VerifyArgs;
use crate::cluster::{Cluster, Watched};
use crate::git::Repository;
use crate::model::live::{Live, Reading, Trouble};
use crate::model::object::ObjectId;
use crate::model::observed::BackupObject;
use crate::report::BackupLine;
use crate::verify::Verdict;

/// What everything that is looked at has in common.
pub(super) struct Scene<'a> {
    /// The flags.
    pub(super) args: &'a VerifyArgs,
    /// The repository.
    pub(super) repository: &'a Repository,
    /// The API server.
    pub(super) cluster: &'a Cluster,
    /// The proposal.
    pub(super) proposal: &'a Proposal,
    /// The cluster as Git means it to be.
    pub(super) site: &'a Site,
    /// Who builds.
    pub(super) builder: &'a Builder,
    /// The keys and certificates that the run was given.
    pub(super) given: &'a Given,
    /// Now.
    pub(super) now: Timestamp,
}

/// What one look leaves for the next.
pub(super) struct Memory {
    /// When the run began.
    pub(super) started: Timestamp,
    /// The schemas of the operator's kinds.
    pub(super) schemas: Option<BTreeMap<String, Value>>,
    /// When the controller had applied the change, as it said first.
    pub(super) applied_at: Option<Timestamp>,
    /// The backup that is followed.
    pub(super) followed: Option<String>,
    /// The backups of the namespace, as they were last read; `None` where they never were.
    pub(super) backups: Option<Vec<BackupObject>>,
    /// Since when binlogs are collected on the new storage.
    pub(super) collector_since: Option<Timestamp>,
    /// The run of the collector's container that was last seen.
    pub(super) collector: Option<Seen>,
    /// Whether the controller was asked to look.
    pub(super) has_asked: bool,
    /// What a person has to know.
    pub(super) notes: Vec<String>,
}

impl Memory {
    /// Returns what a run remembers at its start.
    pub(super) fn of(now: Timestamp) -> Self {
        Self {
            started: now,
            schemas: None,
            applied_at: None,
            followed: None,
            backups: None,
            collector_since: None,
            collector: None,
            has_asked: false,
            notes: Vec::new(),
        }
    }
}

/// A run of the collector's container, and when this run of ours saw it first.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seen {
    /// The pod, and how often its container was started again.
    pub(super) run: (String, u32),
    /// When.
    pub(super) at: Timestamp,
}

/// What one look saw.
#[derive(Default)]
pub(super) struct Look {
    /// The checks so far.
    pub(super) verdict: Verdict,
    /// The backup that was followed.
    pub(super) backup: Option<BackupLine>,
    /// How far it is, while it is not over.
    pub(super) progress: Option<String>,
    /// What may change next.
    pub(super) watched: Vec<Watched>,
    /// What failed for want of an answer.
    pub(super) broken: Option<Trouble>,
    /// Whether the API server answered anything.
    pub(super) has_answer: bool,
}

impl Look {
    /// Takes in an object that may change next.
    pub(super) fn watch(&mut self, id: &ObjectId, live: &Live) {
        let found = live.objects.get(id).and_then(Reading::found);
        self.watched.extend(found.and_then(|object| Watched::of(id, object)));
    }

    /// Takes in what failed: what may go better the next time is asked again.
    pub(super) fn broke(&mut self, trouble: &Trouble) {
        if is_passing(trouble) {
            self.broken.get_or_insert_with(|| trouble.clone());
        }
    }
}

//! Where binlogs go, or wait to go: an earlier incident may have switched point-in-time recovery off and not resumed it yet.
//! A later incident takes that over, else nothing would ever switch it on again.

use super::affected::Affected;
use super::request::Subject;
use crate::model::incident::{Action, Incident, Stage};

/// Where binlogs go, or wait to go.
pub(super) struct Binlogs<'a> {
    /// The storage.
    pub storage: &'a str,
    /// Whether they are collected, and if not, why.
    state: State,
}

/// Whether binlogs are collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// They are.
    On,
    /// An earlier incident has not resumed them yet.
    Waiting,
    /// An earlier incident switched them off for a buffer, beside which they cannot be (operator.md 12.12).
    Barred,
}

impl<'a> Binlogs<'a> {
    /// Returns where the binlogs of a cluster go before this incident; `None` where nobody wants any.
    pub(super) fn of(subject: &'a Subject) -> Option<Self> {
        let pitr = &subject.bare.backup.pitr;
        let storage = pitr.storage.as_deref()?;
        let waiting = || subject.history.iter().filter(|incident| waits(incident, storage));
        let state = match waiting().next() {
            _ if pitr.enabled => State::On,
            None => return None,
            Some(_) if waiting().any(|incident| incident.action == Action::Buffer) => State::Barred,
            Some(_) => State::Waiting,
        };
        Some(Self { storage, state })
    }

    /// Returns whether they are collected now.
    pub(super) fn is_on(&self) -> bool {
        self.state == State::On
    }

    /// Returns whether a failover takes them along: off a failed place, or out of the wait beside a buffer.
    pub(super) fn move_with(&self, affected: &Affected) -> bool {
        affected.covers(self.storage) || self.state == State::Barred
    }
}

/// Returns whether an incident has binlogs wait for a storage; a buffer leaves them pointing where they went.
fn waits(incident: &Incident, storage: &str) -> bool {
    let to = if incident.action == Action::Buffer { &incident.pitr.storage_was } else { &incident.to.binlogs };
    incident.stage == Stage::Protect && incident.pitr.was_enabled && to == storage
}

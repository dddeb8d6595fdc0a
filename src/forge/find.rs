//! Which pull request of a branch is leeward's: by its head, its mark and its author.
//! Must never take what somebody else wrote for its own, nor what is merged or closed for what is open.

use super::body::is_marked;
use super::dialect::Me;
use super::pull::{Marker, Owner, PullRequest, State};

/// Returns the pull request that counts among those of a branch: the open one, else the newest that is over and has the
/// mark.
pub(super) fn chosen(pulls: Vec<PullRequest>, me: &Me, marker: &Marker) -> Option<PullRequest> {
    let mut pulls = owned(pulls, me, marker);
    pulls.sort_by_key(|pull| (rank(pull), if pull.state.is_open() { pull.number } else { u64::MAX - pull.number }));
    pulls.into_iter().find(|pull| pull.state.is_open() || is_marked(&pull.body, marker))
}

/// Returns the open pull requests that are leeward's, the oldest first.
pub(super) fn ours(pulls: Vec<PullRequest>, me: &Me, marker: &Marker) -> Vec<PullRequest> {
    let mut pulls = owned(pulls, me, marker);
    pulls.retain(|pull| pull.owner == Owner::Ours && pull.state.is_open());
    pulls.sort_by_key(|pull| pull.number);
    pulls
}

/// Returns pull requests with their owners.
fn owned(mut pulls: Vec<PullRequest>, me: &Me, marker: &Marker) -> Vec<PullRequest> {
    for pull in &mut pulls {
        let is_ours = is_marked(&pull.body, marker) && me.wrote(&pull.author);
        pull.owner = if is_ours { Owner::Ours } else { Owner::Another };
    }
    pulls
}

/// Returns which comes first: open before over, leeward's before another's.
fn rank(pull: &PullRequest) -> u8 {
    let is_over = match pull.state {
        State::Open | State::Draft => 0,
        State::Closed | State::Merged { .. } => 2,
    };
    is_over + u8::from(pull.owner == Owner::Another && pull.state.is_open())
}

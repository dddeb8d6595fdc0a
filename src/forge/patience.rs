//! Time for another run of the same proposal: one that moved the branch opens the pull request, and labels it where the forge
//! takes labels only afterwards. Must never wait for what an earlier run left undone for good.

use std::time::Duration;

use super::Forge;
use super::fault::Fault;
use super::keep::lacks_labels;
use super::pull::{Draft, Marker, Owner, PullRequest, Pushed};

/// How often another run is given time, and how much the first time; each later one is twice as long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// To open the pull request.
    opening: u32,
    /// To label it.
    labelling: u32,
    /// The first time.
    first: Duration,
}

/// Six seconds and a little for the pull request, one and a little for its labels.
pub(super) const PATIENCE: Patience = Patience { opening: 4, labelling: 2, first: Duration::from_millis(400) };

impl Forge {
    /// Gives the run that moved the branch time to open the pull request, and returns that one.
    pub(super) fn awaited(
        &self,
        draft: &Draft,
        marker: &Marker,
        over: Option<&PullRequest>,
    ) -> Result<Option<PullRequest>, Fault> {
        // One that is over was opened by an earlier run: nobody is about to open the next but the one who is asked.
        if draft.pushed == Pushed::Now || over.is_some() {
            return Ok(None);
        }
        for time in 0..self.patience.opening {
            self.pause(time);
            let found = self.try_find(&draft.head, &draft.base, marker)?;
            if let Some(pull) = found.filter(|pull| pull.state.is_open()) {
                return self.labelled(pull, draft, marker).map(Some);
            }
        }
        Ok(None)
    }

    /// Gives the run that opened a pull request time to label it, and returns it as it is then.
    pub(super) fn labelled(&self, pull: PullRequest, draft: &Draft, marker: &Marker) -> Result<PullRequest, Fault> {
        let mut pull = pull;
        for time in 0..self.patience.labelling {
            if draft.pushed == Pushed::Now || pull.owner == Owner::Another || !lacks_labels(&pull, draft) {
                break;
            }
            self.pause(time);
            let found = self.try_find(&draft.head, &draft.base, marker)?;
            pull = found.filter(|found| found.number == pull.number && found.state.is_open()).unwrap_or(pull);
        }
        Ok(pull)
    }

    /// Waits; a little chance keeps several that wait in vain apart.
    fn pause(&self, time: u32) {
        let apart = getrandom::u32().unwrap_or_default() % 400;
        std::thread::sleep(self.patience.first * 2_u32.pow(time) + Duration::from_millis(apart.into()));
    }
}

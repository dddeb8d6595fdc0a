//! A proposal without a pull request: its commit goes to the branch of the base itself, and leeward's own branch only names
//! it here, so that each run may leave the last one's commit behind. Must never leave behind what people committed.

use super::open::Repository;
use super::prepare::{Draft, Prepared};
use super::tree::Tree;
use crate::failure::{Failure, refused};

impl Repository {
    /// Decides what the commit of a draft would be that goes to the base's own branch: always one commit on the base, since
    /// the draft's branch is published nowhere and only names it here.
    ///
    /// # Errors
    /// Refuses as [`prepare`](Self::prepare) does, and a branch here that holds commits of people.
    pub fn prepare_anew(&self, draft: &Draft<'_>) -> anyhow::Result<Prepared<'_>> {
        self.refuse_unusable(draft.branch)?;
        let base = self.commit_of(draft.base.oid()?)?;
        let changes = self.blobs(&Tree::new(&self.raw, base.tree_id()), draft.changes)?;
        let local = self.tip(&format!("refs/heads/{}", draft.branch))?;
        if let Some(tip) = local
            && !self.is_only_ours(tip, &[base.id()], draft.incident)?
        {
            return Err(kept_by_people(draft).into());
        }
        let way = self.anew(&base, &changes)?;
        self.decided(draft, way, (local, base.tree_id()), changes)
    }
}

/// The refusal of a branch that people committed on, where it is to be left behind.
fn kept_by_people(draft: &Draft<'_>) -> Failure {
    let fact = format!("branch `{}` holds commits that are not leeward's", draft.branch);
    refused(fact).hint(format!("git branch -m {} kept-{}", draft.branch, draft.branch.replace('/', "-")))
}

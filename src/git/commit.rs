//! The commit itself: who, when, signed or not; then the branch moves, last of all. What changed is compared with what was
//! to change before anything moves (law 2), so that a mistake of ours costs an error and no more.

use anyhow::{Context as _, anyhow, ensure};
use git2::Oid;

use super::delta::{differing, shown};
use super::fault::fault;
use super::history::{TRAILER, is_ours};
use super::identity::{Part, identity};
use super::open::Repository;
use super::prepare::{Outcome, Prepared};
use super::revision::Commit;
use super::sign::{Signing, signature};

impl Repository {
    /// Makes the commit and moves the branch to it; where it is proposed already, returns the commit that has it. The
    /// message carries the trailer `Leeward-Incident`, by which the next run knows the commit again. The same tree, parents,
    /// message, identity and `now` give the same id, unless signed.
    ///
    /// # Errors
    /// Fails, with nothing moved, when the branch is locked, checked out or moved meanwhile, when nobody is set as the
    /// author, when the signing program fails, and when an object cannot be written.
    pub fn commit(
        &self,
        prepared: Prepared<'_>,
        message: &str,
        now: jiff::Timestamp,
        signing: Signing,
    ) -> anyhow::Result<Commit> {
        let Prepared { branch, expected, .. } = &prepared;
        if let Outcome::AlreadyProposed(commit) = prepared.outcome {
            return Ok(commit);
        }
        self.refuse_checked_out(branch)?;
        self.refuse_locked(branch)?;
        self.assert_delta(&prepared)?;
        ensure!(is_ours(message, &prepared.incident), "internal error: the message has no trailer `{TRAILER}`");
        let id = self
            .written(&prepared, message, now, signing)
            .with_context(|| format!("failed to commit on `{branch}`"))?;
        let commit = Commit::of(&self.commit_of(id)?);
        self.move_branch(branch, *expected, id, &format!("leeward: {}", commit.summary))?;
        Ok(commit)
    }

    /// Fails when the commit would change a path that it must not.
    fn assert_delta(&self, prepared: &Prepared<'_>) -> anyhow::Result<()> {
        let delta = differing(&self.raw, Some(prepared.base_tree), Some(prepared.tree.top))?;
        match delta.keys().find(|path| !prepared.allowed.contains(*path)) {
            Some(path) => Err(anyhow!("internal error: the commit would change `{}`", shown(path))),
            None => Ok(()),
        }
    }

    /// Writes the commit object.
    fn written(
        &self,
        prepared: &Prepared<'_>,
        message: &str,
        now: jiff::Timestamp,
        signing: Signing,
    ) -> anyhow::Result<Oid> {
        let settings = self.settings()?;
        let author = identity(&settings, Part::Author, now)?;
        let committer = identity(&settings, Part::Committer, now)?;
        let tree = self.raw.find_tree(prepared.tree.top).map_err(fault)?;
        let parents = prepared.parents.iter().map(|id| self.commit_of(*id)).collect::<anyhow::Result<Vec<_>>>()?;
        let parents: Vec<&git2::Commit<'_>> = parents.iter().collect();
        let content = self.raw.commit_create_buffer(&author, &committer, message, &tree, &parents).map_err(fault)?;
        let content = content.as_str().map_err(fault)?;
        let who = committer.to_string();
        let signed = match signature(&settings, signing, &who, (content, self.folder()))? {
            Some(signature) => self.raw.commit_signed(content, &signature, Some("gpgsig")),
            None => self.raw.odb().and_then(|odb| odb.write(git2::ObjectType::Commit, content.as_bytes())),
        };
        signed.map_err(fault).context("failed to write the commit object")
    }
}

//! A three-way merge of one path, in memory: tells what a merge of people explains by itself, and carries their changes over.
//! Names no driver, reads no attribute, and never guesses: lines that both sides changed are a conflict.

use anyhow::Context as _;
use git2::{MergeFileInput, MergeFileOptions};

use super::fault::fault;
use super::open::Repository;
use super::tree::Leaf;

/// What merging a path gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Merged {
    /// What the path holds.
    Clean(Option<Leaf>),
    /// Both sides changed the same lines.
    Conflict,
}

impl Repository {
    /// Returns what a path holds after a merge of (fork, one side, other side); new text is written as a blob.
    pub(super) fn merged(
        &self,
        path: &str,
        leaves: (Option<Leaf>, Option<Leaf>, Option<Leaf>),
    ) -> anyhow::Result<Merged> {
        let (fork, one, other) = leaves;
        if one == other || other == fork {
            return Ok(Merged::Clean(one));
        }
        if one == fork {
            return Ok(Merged::Clean(other));
        }
        let (Some(fork), Some(one), Some(other)) = leaves else { return Ok(Merged::Conflict) };
        if [fork, one, other].iter().any(|leaf| leaf.mode & 0o170_000 != 0o100_000) {
            return Ok(Merged::Conflict);
        }
        let mode = if one.mode == fork.mode { other.mode } else { one.mode };
        let text = self.merged_text([fork, one, other]).map_err(fault);
        match text.with_context(|| format!("failed to merge `{path}`"))? {
            Some(bytes) => Ok(Merged::Clean(Some(Leaf { id: self.blob(path, &bytes)?, mode }))),
            None => Ok(Merged::Conflict),
        }
    }

    /// Merges the text of three blobs; `None` where it is not text, or where both sides changed the same lines.
    fn merged_text(&self, leaves: [Leaf; 3]) -> Result<Option<Vec<u8>>, git2::Error> {
        let [fork, one, other] = leaves.map(|leaf| self.raw.find_blob(leaf.id));
        let (fork, one, other) = (fork?, one?, other?);
        if [&fork, &one, &other].iter().any(|blob| blob.is_binary()) {
            return Ok(None);
        }
        let mut inputs = [MergeFileInput::new(), MergeFileInput::new(), MergeFileInput::new()];
        for (input, blob) in inputs.iter_mut().zip([&fork, &one, &other]) {
            input.content(blob.content());
        }
        let result = git2::merge_file(&inputs[0], &inputs[1], &inputs[2], Some(&mut MergeFileOptions::new()))?;
        Ok(result.is_automergeable().then(|| result.content().to_vec()))
    }
}

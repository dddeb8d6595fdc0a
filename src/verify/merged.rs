//! First: whether the change is in the base. Told by what the base holds, so that a squashed or rebased change counts like a
//! merged one, and one that somebody took back does not.

use super::verdict::{Check, CheckName};
use crate::model::shell::quoted;

/// What Git says of a proposal; commits by their short ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The base.
    pub base: String,
    /// leeward's branch.
    pub branch: String,
    /// What became of it.
    pub state: MergedState,
}

/// What became of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MergedState {
    /// It is in the base, and takes effect there.
    Stands {
        /// The commit, where the history reaches back to it.
        commit: Option<String>,
        /// The merge that brought it.
        merge: Option<String>,
    },
    /// Its files are in the base, and nothing includes them.
    Inactive {
        /// The kustomization that should.
        kustomization: String,
        /// The command that proposes it anew.
        again: String,
    },
    /// Its files are in the base, and it builds to something else.
    WithoutEffect {
        /// The folder of its files.
        folder: String,
        /// What is not as its files say.
        why: String,
    },
    /// It was in the base, and somebody took it out.
    TakenOut {
        /// By which commit.
        by: String,
        /// Its first line.
        summary: String,
    },
    /// It waits on its branch.
    Open {
        /// The tip of the branch.
        tip: String,
    },
    /// The history is cut off before an answer.
    CutOff,
}

/// Returns whether the change is in the base.
pub fn merged(merged: &Merged) -> Check {
    let Merged { base, branch, state } = merged;
    match state {
        MergedState::Stands { commit: Some(commit), merge: Some(merge) } => {
            Check::passed(CheckName::Merged, format!("{commit} is in {base} (merge {merge})"))
        }
        MergedState::Stands { commit: Some(commit), merge: None } => {
            Check::passed(CheckName::Merged, format!("it is in {base} since {commit}"))
        }
        MergedState::Stands { commit: None, merge: Some(merge) } => {
            Check::passed(CheckName::Merged, format!("it is in {base} since merge {merge}"))
        }
        MergedState::Stands { commit: None, merge: None } => {
            Check::passed(CheckName::Merged, format!("it is in {base}; by which commit is not in this clone"))
        }
        MergedState::Inactive { kustomization, again } => {
            let fact = format!("its files are in {base}, and `{kustomization}` no longer includes them");
            Check::failed(CheckName::Merged, fact).hint(again.as_str())
        }
        MergedState::WithoutEffect { folder, why } => {
            let fact = format!("its files are in {base}, but {why}");
            Check::failed(CheckName::Merged, fact).hint(format!("git log -p -- {}", quoted(folder)))
        }
        MergedState::TakenOut { by, summary } => {
            let fact = format!("it was in {base}, and somebody took it out by {by} `{summary}`");
            Check::failed(CheckName::Merged, fact).hint(format!("git show {by}"))
        }
        MergedState::Open { tip } => {
            let fact = format!("{tip} of `{branch}` is not in {base}, as far as it was fetched");
            Check::waiting(CheckName::Merged, fact).hint("merge its pull request, then: git fetch")
        }
        MergedState::CutOff => {
            Check::cannot_tell(CheckName::Merged, format!("the history of {base} is cut off before it could be found"))
                .hint("git fetch --unshallow")
        }
    }
}

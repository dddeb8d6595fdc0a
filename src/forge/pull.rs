//! The words of this room: what is proposed, what a pull request is, how leeward knows its own again.
//! No dialect here, and nothing that is sent.

use crate::failure::Failure;
use crate::model::incident::Stage;
use crate::model::name::IncidentId;

/// The hidden mark of a pull request's text: which incident and stage it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker(String);

impl Marker {
    /// Returns the mark of a stage of an incident.
    pub fn new(incident: &IncidentId, stage: Stage) -> Self {
        Self(format!("{}/{}", incident.as_str(), stage.word()))
    }

    /// Returns `INCIDENT/STAGE`.
    pub(super) fn name(&self) -> &str {
        &self.0
    }
}

/// Whether a pull request may be merged when it is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// For review and merge.
    Ready,
    /// A draft.
    Draft,
}

/// What a pull request should say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// One line.
    pub title: String,
    /// Markdown, without a mark.
    pub body: String,
    /// The branch, of the same project.
    pub head: String,
    /// Where it goes.
    pub base: String,
    /// Labels that it has at least.
    pub labels: Vec<String>,
    /// Users who review at least; on GitHub `ORG/TEAM` is a team.
    pub reviewers: Vec<String>,
    /// How it is opened; later a person decides.
    pub readiness: Readiness,
    /// Who moved the branch last.
    pub pushed: Pushed,
}

/// Who moved the branch of a proposal last. Of several runs at once only one does, and that one opens the pull request:
/// Gitea opens several where it is asked at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pushed {
    /// This run: it opens the pull request at once.
    Now,
    /// Another run, or an earlier one: it gets a few seconds to open the pull request.
    Before,
}

/// Where a pull request stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Open for merge.
    Open,
    /// Open as a draft.
    Draft,
    /// Closed without a merge.
    Closed,
    /// Merged.
    Merged {
        /// The commit that the merge left on the base, where the forge says it.
        commit: Option<String>,
    },
}

impl State {
    /// Returns whether it can still be merged.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open | Self::Draft)
    }
}

/// Whether leeward opened a pull request with this token, and may write to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// It has the mark, and the token's own user wrote it as far as the forge tells.
    Ours,
    /// Somebody else's, or without the mark: never written to.
    Another,
}

/// A pull request as the forge has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequest {
    /// Its number in the project.
    pub number: u64,
    /// For people.
    pub url: String,
    /// Without a word for drafts before it.
    pub title: String,
    /// All of its text.
    pub body: String,
    /// Where it stands.
    pub state: State,
    /// The branch that it proposes.
    pub head: String,
    /// Where it goes.
    pub base: String,
    /// Labels by name.
    pub labels: Vec<String>,
    /// Users asked to review; teams as `ORG/TEAM`.
    pub reviewers: Vec<String>,
    /// Who opened it.
    pub author: Author,
    /// Whether leeward may write to it.
    pub owner: Owner,
}

/// Who wrote something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The user's name.
    pub name: String,
    /// Whether the forge calls it a bot.
    pub is_bot: bool,
}

/// What is done about a closed pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfClosed {
    /// Nothing: a person closed it.
    Leave,
    /// It is opened again.
    Reopen,
}

/// What is done about a merged pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfMerged {
    /// Nothing: its change is in the base.
    Leave,
    /// Another one is opened: its change is no longer in the base.
    OpenAnother,
}

/// What is done about a pull request that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Past {
    /// Where it was closed.
    pub closed: IfClosed,
    /// Where it was merged.
    pub merged: IfMerged,
}

impl Default for Past {
    fn default() -> Self {
        Self { closed: IfClosed::Leave, merged: IfMerged::Leave }
    }
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Did {
    /// It was opened.
    Created,
    /// Some of it was changed.
    Updated,
    /// It was opened again.
    Reopened,
    /// Nothing.
    Nothing,
}

impl Did {
    /// Returns the word for the next steps of a pipeline.
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Reopened => "reopened",
            Self::Nothing => "none",
        }
    }
}

/// A pull request after a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// As it is now.
    pub pull: PullRequest,
    /// What was done to it.
    pub did: Did,
    /// What could not be done although the pull request is there: a label, a reviewer.
    pub remarks: Vec<Failure>,
}

/// A comment as the forge has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comment {
    /// Its number on the forge.
    pub(super) id: u64,
    /// What it says.
    pub(super) body: String,
    /// Who wrote it.
    pub(super) author: Author,
}

/// What became of the comments of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Commented {
    /// Parts written anew.
    pub created: usize,
    /// Parts written over.
    pub updated: usize,
    /// Parts no longer needed, and doubles.
    pub removed: usize,
}

impl Commented {
    /// Returns the word for the next steps of a pipeline.
    pub fn word(self) -> &'static str {
        match self {
            Self { created: 0, updated: 0, removed: 0 } => "none",
            Self { created: 1.., updated: 0, removed: 0 } => "created",
            _ => "updated",
        }
    }
}

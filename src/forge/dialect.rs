//! What each forge can do, in its own words: the calls that the flow of this room is made of. One file a dialect.
//! Must never decide anything: what is found, kept or written is the flow's.

use serde_json::Value;

use super::body::Edit;
use super::fault::{Fault, Reason};
use super::pull::{Author, Comment, Draft, PullRequest};

/// Who the token belongs to, as far as the forge tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Me {
    /// A user.
    Named(String),
    /// A bot that may not ask for its name, as the token of a pipeline on GitHub.
    Bot,
    /// The token may not ask.
    Unknown,
}

impl Me {
    /// Returns whether an author is the token's user, as far as can be told.
    pub(super) fn wrote(&self, author: &Author) -> bool {
        match self {
            Self::Named(name) => author.name.eq_ignore_ascii_case(name),
            Self::Bot => author.is_bot,
            Self::Unknown => true,
        }
    }
}

/// Whether a pull request is to be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Open again.
    Open,
    /// Closed.
    Closed,
}

/// A dialect.
pub(super) trait Dialect {
    /// Returns a text as it may be sent.
    fn worded(&self, text: &str) -> String {
        text.to_owned()
    }

    /// Returns who the token belongs to.
    fn me(&self) -> Result<Me, Fault>;

    /// Returns the pull requests of a branch of this project, in every state, the newest first; `base` may narrow only what
    /// is over. None of them has an owner yet.
    fn pulls(&self, head: &str, base: &str) -> Result<Vec<PullRequest>, Fault>;

    /// Opens a pull request with a text; [`Reason::Conflict`] where the branch has one already.
    fn create(&self, draft: &Draft, text: &str) -> Result<PullRequest, Fault>;

    /// Changes title and text.
    fn edit(&self, pull: &PullRequest, edit: &Edit) -> Result<(), Fault>;

    /// Closes it or opens it again.
    fn turn(&self, number: u64, turn: Turn) -> Result<(), Fault>;

    /// Adds labels, and makes those that the project does not have.
    fn label(&self, number: u64, labels: &[String]) -> Result<(), Fault>;

    /// Asks users to review, beside those who are asked.
    fn ask(&self, pull: &PullRequest, reviewers: &[String]) -> Result<(), Fault>;

    /// Returns the comments of people and programs.
    fn comments(&self, number: u64) -> Result<Vec<Comment>, Fault>;

    /// Writes a comment.
    fn comment(&self, number: u64, body: &str) -> Result<(), Fault>;

    /// Writes over a comment.
    fn rewrite(&self, number: u64, comment: u64, body: &str) -> Result<(), Fault>;

    /// Removes a comment.
    fn remove(&self, number: u64, comment: u64) -> Result<(), Fault>;
}

/// The colour of leeward's labels.
pub(super) const COLOUR: &str = "0e8a8a";
/// What leeward's labels mean.
pub(super) const DESCRIBED: &str = "set by leeward";

/// Returns a text of an object.
pub(super) fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_default().to_owned()
}

/// Returns a number that an answer has to hold.
pub(super) fn number(value: &Value, field: &str) -> Result<u64, Fault> {
    let missing = || Fault::new(Reason::Garbled, format!("the forge's answer holds no `{field}`"));
    value[field].as_u64().ok_or_else(missing)
}

/// Returns one text of each object of a list.
pub(super) fn texts(list: &Value, field: &str) -> Vec<String> {
    list.as_array().into_iter().flatten().map(|item| text(item, field)).filter(|text| !text.is_empty()).collect()
}

/// Returns what an answer says where the token may ask, and `None` where it may not.
pub(super) fn allowed(answer: Result<Value, Fault>) -> Result<Option<Value>, Fault> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(fault) if matches!(fault.reason, Reason::Forbidden | Reason::Missing) => Ok(None),
        Err(fault) => Err(fault),
    }
}

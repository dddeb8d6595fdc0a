//! Who writes the commit: `GIT_AUTHOR_*`, then `author.*`, then `user.*`, as git looks; the same for the committer.
//! Unlike git, nothing is guessed from the machine: an identity that nobody set is refused.

use anyhow::Context as _;
use git2::{Signature, Time};

use super::fault::fault;
use super::settings::{Settings, variable};
use crate::failure::refused;

/// The part that somebody has in a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Who wrote the change.
    Author,
    /// Who made the commit.
    Committer,
}

impl Part {
    /// Returns the name of git's settings, and in capitals that of its variables.
    fn word(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::Committer => "committer",
        }
    }
}

/// Returns author or committer at a time, in UTC.
///
/// # Errors
/// Refuses when no name or no address is set.
pub(super) fn identity(settings: &Settings, part: Part, now: jiff::Timestamp) -> anyhow::Result<Signature<'static>> {
    let name = set(settings, part, "name")?;
    let email = match set(settings, part, "email")? {
        None => variable("EMAIL"),
        found => found,
    };
    let (name, email) = match (name, email) {
        (Some(name), Some(email)) => (name, email),
        (None, _) => return Err(unset("name", "'Jane Doe'")),
        (_, None) => return Err(unset("email", "jane@example.org")),
    };
    let time = Time::new(now.as_second(), 0);
    Signature::new(&plain(&name), &plain(&email), &time)
        .map_err(fault)
        .with_context(|| format!("failed to use `{name} <{email}>` as the {}", part.word()))
}

/// Returns a field of the identity as it is set.
fn set(settings: &Settings, part: Part, field: &str) -> anyhow::Result<Option<String>> {
    let word = part.word();
    if let Some(value) = variable(&format!("GIT_{}_{}", word.to_uppercase(), field.to_uppercase())) {
        return Ok(Some(value));
    }
    let own = settings.text(&format!("{word}.{field}"))?.filter(|value| !value.is_empty());
    match own {
        None => Ok(settings.text(&format!("user.{field}"))?.filter(|value| !value.trim().is_empty())),
        own => Ok(own),
    }
}

/// Returns a field without the characters that a commit cannot hold, which git drops too.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '<' | '>' | '\n' | '\0')).collect()
}

/// The refusal of an identity that nobody set.
fn unset(field: &str, example: &str) -> anyhow::Error {
    let hint = format!("git config --global user.{field} {example}");
    refused(format!("git does not know who commits: `user.{field}` is not set")).hint(hint).into()
}

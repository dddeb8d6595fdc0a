//! What can end a build, with and without the file it happened in.
//!
//! Code that works on trees returns a `Fault`; the stage that knows the file turns it into a `BuildError`. Nothing here
//! is ever swallowed: an unknown thing is `Unsupported`, not a guess.

use super::files::ReadError;

/// Why a build gave no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// The build needs something this builder does not do.
    #[error("`{file}` uses {}, which the built-in builder does not support", named(field))]
    Unsupported {
        /// The file that asks for it.
        file: String,
        /// The field, directive or form.
        field: String,
    },
    /// The input is wrong: kustomize fails on it too.
    #[error("`{file}` is invalid: {reason}")]
    Invalid {
        /// The file that is wrong.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A read failed.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The input passes a limit that guards memory and time.
    #[error("`{file}` passes the limit of {limit}")]
    Limit {
        /// The file in which the limit was met.
        file: String,
        /// Which limit.
        limit: String,
    },
}

/// Returns a field in backticks; a phrase has its own where it names something.
fn named(field: &str) -> String {
    if field.contains(char::is_whitespace) { field.to_owned() } else { format!("`{field}`") }
}

/// A failure that does not know its file yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// See `BuildError::Unsupported`.
    Unsupported(String),
    /// See `BuildError::Invalid`.
    Invalid(String),
    /// See `BuildError::Limit`.
    Limit(String),
}

impl Fault {
    /// Returns the fault for a form this builder does not know.
    pub(super) fn unsupported(field: impl Into<String>) -> Self {
        Self::Unsupported(field.into())
    }

    /// Returns the fault for wrong input.
    pub(super) fn invalid(reason: impl Into<String>) -> Self {
        Self::Invalid(reason.into())
    }

    /// Returns the fault of a place in which kustomize lets unknown fields pass: what it passes over is not guessed here.
    pub(super) fn where_unknown_passes(self) -> Self {
        match self {
            Self::Invalid(reason) if reason.starts_with("unknown field") => Self::Unsupported(reason),
            other => other,
        }
    }

    /// Returns what is said about the file.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Unsupported(field) => format!("{field} is not supported"),
            Self::Invalid(reason) => reason.clone(),
            Self::Limit(limit) => format!("it passes the limit of {limit}"),
        }
    }

    /// Returns the error with its file; the top of the tree is `.`.
    pub(super) fn at(self, file: &str) -> BuildError {
        let file = if file.is_empty() { "." } else { file }.to_owned();
        match self {
            Self::Unsupported(field) => BuildError::Unsupported { file, field },
            Self::Invalid(reason) => BuildError::Invalid { file, reason },
            Self::Limit(limit) => BuildError::Limit { file, limit },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_top_and_nests_no_backticks() {
        let said = |fault: Fault| fault.at("").to_string();
        let end = "which the built-in builder does not support";
        assert_eq!(said(Fault::unsupported("helmCharts")), format!("`.` uses `helmCharts`, {end}"));
        assert_eq!(said(Fault::unsupported("the remote `gh:a/b`")), format!("`.` uses the remote `gh:a/b`, {end}"));
        assert_eq!(Fault::invalid("not JSON at byte 2").text(), "not JSON at byte 2");
    }
}

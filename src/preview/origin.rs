//! What a root is made from: a repository, and which revision of it, as Flux' sources and Argo CD's Applications write that.
//! Read with the settings; whether merging moves it is asked later. Must never take a tag for a branch.

use serde_json::Value;

/// The branch that a Flux `GitRepository` follows where it names nothing.
const FLUX_DEFAULT: &str = "master";

/// What a root is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origin {
    /// The address of the repository.
    pub(super) address: Option<String>,
    /// What of it.
    pub(super) revision: Revision,
}

/// What of a repository is followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Revision {
    /// The branch that is the remote's default.
    Default,
    /// A branch.
    Branch(String),
    /// A branch, a tag or a commit: only a branch of the same name is followed.
    Named(String),
    /// A tag, a range of versions, a commit: no branch.
    Fixed(String),
}

impl Revision {
    /// Returns what is followed, for people.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Fixed(what) => what.clone(),
            Self::Default => "the default branch of its repository".to_owned(),
            Self::Branch(name) => format!("the branch `{name}`"),
            Self::Named(name) => format!("`{name}`"),
        }
    }

    /// Returns what a reference names by its full name.
    fn of_reference(name: &str) -> Self {
        match name.strip_prefix("refs/heads/") {
            Some(branch) => Self::Branch(branch.to_owned()),
            None => Self::Fixed(format!("the reference `{name}`")),
        }
    }

    /// Returns what `targetRevision` of Argo CD names.
    pub(super) fn of_target(target: Option<&str>) -> Self {
        let is_commit = |text: &str| text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match target {
            None | Some("" | "HEAD") => Self::Default,
            Some(name) if name.starts_with("refs/") => Self::of_reference(name),
            Some(commit) if is_commit(commit) => Self::Fixed(format!("the commit `{commit}`")),
            Some(name) => Self::Named(name.to_owned()),
        }
    }

    /// Returns what `spec.ref` of a `GitRepository` names; the first of its fields that is set counts.
    pub(super) fn of_flux(reference: &Value) -> Self {
        let text = |name: &str| reference.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        if let Some(commit) = text("commit") {
            return Self::Fixed(format!("the commit `{commit}`"));
        }
        if let Some(name) = text("name") {
            return Self::of_reference(name);
        }
        if let Some(range) = text("semver") {
            return Self::Fixed(format!("the tags of `{range}`"));
        }
        if let Some(tag) = text("tag") {
            return Self::Fixed(format!("the tag `{tag}`"));
        }
        Self::Branch(text("branch").unwrap_or(FLUX_DEFAULT).to_owned())
    }
}

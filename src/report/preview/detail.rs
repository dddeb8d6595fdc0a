//! The effective difference seen beside the intended one: what of it the proposal asks for, what it does not, and what
//! the proposal asks for without effect. Must claim neither where two differences merely touch the same part.

use crate::preview::{Action, Change, ObjectPreview};

/// What is said of a field of the effective difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// The proposal asks for it, or for a part of it.
    Plain,
    /// The proposal says nothing of it.
    NotProposed,
}

impl Mark {
    /// Returns the words behind a field.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::NotProposed => "  ← not part of this proposal",
        }
    }
}

/// The effective difference beside the intended one.
pub(super) struct Effective<'a> {
    /// A phrase for all of it: `everything intended, and:`.
    pub(super) phrase: Option<&'static str>,
    /// The fields that have to be shown.
    pub(super) fields: Vec<(&'a Change, Mark)>,
    /// What is intended and has no effect, and why not.
    pub(super) without: Vec<(&'a str, &'static str)>,
}

impl<'a> Effective<'a> {
    /// Returns the effective difference of an object.
    pub(super) fn of(object: &'a ObjectPreview) -> Self {
        let ObjectPreview { intended, effective, .. } = object;
        if object.action == Action::CannotTell && effective.is_empty() {
            return Self { phrase: Some("cannot be told"), fields: Vec::new(), without: Vec::new() };
        }
        let is_whole = intended.iter().all(|asked| effective.iter().any(|done| is_same(asked, done)));
        let is_new = |done: &&Change| !intended.iter().any(|asked| is_same(asked, done));
        let marked = |done: &'a Change| {
            let is_asked = intended.iter().any(|asked| touches(&asked.pointer, &done.pointer));
            (done, if is_asked { Mark::Plain } else { Mark::NotProposed })
        };
        if is_whole && !intended.is_empty() {
            let fields: Vec<_> = effective.iter().filter(is_new).map(marked).collect();
            let phrase =
                if fields.is_empty() { "everything intended, nothing else" } else { "everything intended, and:" };
            return Self { phrase: Some(phrase), fields, without: Vec::new() };
        }
        let phrase = effective.is_empty().then_some("nothing changes");
        let idle = |asked: &&Change| !effective.iter().any(|done| touches(&asked.pointer, &done.pointer));
        let without =
            intended.iter().filter(idle).map(|asked| (asked.path.as_str(), why_idle(object, asked))).collect();
        Self { phrase, fields: effective.iter().map(marked).collect(), without }
    }
}

/// Returns why an intended change has no effect; two masked values tell nothing of each other.
fn why_idle(object: &ObjectPreview, asked: &Change) -> &'static str {
    let is_masked = asked.after.as_ref().is_some_and(|after| after.to_string().contains("***"));
    let is_there = object.drift.iter().any(|drift| is_same(drift, asked));
    match (is_masked, is_there) {
        (true, _) => "no change seen, value not shown",
        (false, true) => "no change: live is so already",
        (false, false) => "no change: intended, but without effect",
    }
}

/// Returns whether two changes end in the same.
fn is_same(one: &Change, other: &Change) -> bool {
    one.pointer == other.pointer && one.after == other.after
}

/// Returns whether one pointer leads to the other's field or through it.
fn touches(one: &str, other: &str) -> bool {
    let leads =
        |short: &str, long: &str| long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    leads(one, other) || leads(other, one)
}

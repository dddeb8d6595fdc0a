//! One field that differs: a phrase that fits a line, and lines where a phrase is not enough.
//! Both the text and the Markdown are made from this; it must know neither.

use serde_json::Value;

use super::line::Line;
use super::list;
use super::value::{lines, word};
use crate::preview::Change;

/// The phrase for a part that comes as a whole.
pub(super) const ADDED: &str = "+ added";
/// The phrase for a part that goes as a whole.
pub(super) const REMOVED: &str = "- removed";

/// Which two states are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Between {
    /// What is and what comes.
    BeforeAndAfter,
    /// Git and live.
    GitAndLive,
}

impl Between {
    /// Returns the phrase where masking leaves nothing to tell the two sides by.
    fn hidden(self) -> &'static str {
        match self {
            Self::BeforeAndAfter => "changes, value not shown",
            Self::GitAndLive => "differs, value not shown",
        }
    }
}

/// A field for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// Where.
    pub(super) path: String,
    /// What, in a phrase.
    pub(super) phrase: String,
    /// The two sides where each is a word: what the phrase says.
    pub(super) words: Option<(Option<String>, Option<String>)>,
    /// What, in lines; empty where the phrase says all.
    pub(super) lines: Vec<Line>,
    /// Who wrote it.
    pub(super) by: Option<String>,
}

impl Field {
    /// Returns a change for people.
    pub(super) fn of(change: &Change, between: Between) -> Self {
        let path = if change.path.is_empty() { "the whole object".to_owned() } else { change.path.clone() };
        let (before, after) = (change.before.as_ref(), change.after.as_ref());
        let word_of = |side: Option<&Value>| side.map_or(Some(None), |value| word(value).map(Some));
        let words = word_of(before).zip(word_of(after));
        if before == after {
            return Self { by: change.by.clone(), ..Self::said(&path, between.hidden()) };
        }
        let (phrase, lines) = match &words {
            Some((was, now)) => (phrase(was.as_deref(), now.as_deref(), between), Vec::new()),
            None => detail(before, after, between),
        };
        let lines = if change.path.is_empty() && after.is_none() { Vec::new() } else { lines };
        Self { path, phrase, words, lines, by: change.by.clone() }
    }

    /// Returns a field of which a phrase says all.
    pub(super) fn said(path: &str, phrase: &str) -> Self {
        Self { path: path.to_owned(), phrase: phrase.to_owned(), words: None, lines: Vec::new(), by: None }
    }

    /// Returns the two sides as lines, also where the phrase says all.
    pub(super) fn sides(&self) -> Vec<Line> {
        let Some((was, now)) = &self.words else { return self.lines.clone() };
        let side = |sign, word: &Option<String>| word.clone().map(|text| Line { sign, text });
        side('-', was).into_iter().chain(side('+', now)).collect()
    }
}

/// Returns the phrase for two words.
fn phrase(was: Option<&str>, now: Option<&str>, between: Between) -> String {
    match (was, now, between) {
        (Some(was), Some(now), Between::BeforeAndAfter) => format!("{was} → {now}"),
        (None, Some(now), Between::BeforeAndAfter) => format!("+ {now}"),
        (Some(was), None, Between::BeforeAndAfter) => format!("- {was}"),
        (Some(was), Some(now), Between::GitAndLive) => format!("{was} in Git, {now} live"),
        (None, Some(now), Between::GitAndLive) => format!("not in Git, {now} live"),
        (Some(was), None, Between::GitAndLive) => format!("{was} in Git, not live"),
        (None, None, _) => "differs".to_owned(),
    }
}

/// Returns the phrase and the lines for what no word says.
fn detail(before: Option<&Value>, after: Option<&Value>, between: Between) -> (String, Vec<Line>) {
    let whole = |sign, value| lines(value).into_iter().map(|text| Line { sign, text }).collect::<Vec<_>>();
    match (before, after) {
        (Some(Value::Array(before)), Some(Value::Array(after))) => list::list(before, after),
        (Some(before), Some(after)) => {
            let phrase = match between {
                Between::BeforeAndAfter => "changes",
                Between::GitAndLive => "differs: - Git, + live",
            };
            (phrase.to_owned(), list::text(&lines(before), &lines(after)))
        }
        (None, Some(after)) if between == Between::BeforeAndAfter => (ADDED.to_owned(), whole('+', after)),
        (None, Some(after)) => ("not in Git, live:".to_owned(), whole('+', after)),
        (Some(before), _) if between == Between::BeforeAndAfter => (REMOVED.to_owned(), whole('-', before)),
        (Some(before), _) => ("in Git, not live:".to_owned(), whole('-', before)),
        (None, None) => ("differs".to_owned(), Vec::new()),
    }
}

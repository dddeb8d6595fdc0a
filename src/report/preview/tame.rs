//! Texts of the repository and of the cluster as Markdown in which nothing of them acts: as code, as prose, cut to size. Used
//! by every part of the preview for a pull request. Must never hand on HTML, a mention, a link or a fence of a text.

use super::summary::level;
use crate::model::finding::Finding;
use crate::report::escape::escaped;

/// Returns a finding in a line.
pub(super) fn finding(finding: &Finding, most: usize) -> String {
    let hint = finding.hint.as_ref().map(|hint| format!(" — hint: {}", code(&clipped(hint, most)))).unwrap_or_default();
    format!("**{}** ({}) {}{hint}", level(finding), finding.id, prose(&clipped(&finding.fact, most)))
}

/// Returns a text as code: between backticks where nothing in it could act outside of them.
pub(super) fn code(text: &str) -> String {
    let is_tame = |c: char| !"`|\\$<>&@".contains(c);
    let shown = escaped(text);
    if !shown.trim().is_empty() && shown.chars().all(is_tame) {
        format!("`{shown}`")
    } else {
        format!("<code>{}</code>", encoded(text))
    }
}

/// Returns a text as prose in which parts between backticks stay code.
pub(super) fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let is_paired = parts.len() % 2 == 1 && parts.iter().skip(1).step_by(2).all(|part| !part.trim().is_empty());
    if !is_paired {
        return plain(text);
    }
    let part = |(number, part): (usize, &&str)| if number % 2 == 1 { code(part) } else { plain(part) };
    parts.iter().enumerate().map(part).collect()
}

/// The marks by which forges name people, groups, issues, pull requests, labels and milestones.
const MARKS: &str = "@#!$~%&^";
/// What a word takes beside itself where it becomes code.
const AROUND: usize = "<code></code>".len();

/// Returns a text outside of code. A word that a forge would make a link or a mention becomes code: forges look for those
/// in what is shown, so that a character reference does not stop them.
fn plain(text: &str) -> String {
    let word = |word: &str| if links(word) { code(word) } else { encoded(word) };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Returns whether a forge would make a link or a mention of a word.
fn links(word: &str) -> bool {
    let marked = |(at, mark): (usize, &str)| word[at + mark.len()..].starts_with(|next: char| !next.is_whitespace());
    word.contains("://") || word.match_indices(|c| MARKS.contains(c)).any(marked)
}

/// Returns a text in which every character that could act is a character reference.
pub(super) fn encoded(text: &str) -> String {
    let acts = |c: char| c.is_ascii_punctuation() && !".,:;/-()=+'?%".contains(c);
    escaped(text).chars().map(|c| if acts(c) { format!("&#{};", u32::from(c)) } else { c.into() }).collect()
}

/// Returns the start of a text, cut where it would take more than `most` bytes however it is written.
pub(super) fn clipped(text: &str, most: usize) -> String {
    let mut room = most;
    for (start, c) in text.char_indices() {
        let around = if c == ':' || MARKS.contains(c) { AROUND } else { 0 };
        match room.checked_sub(encoded(c.encode_utf8(&mut [0; 4])).len() + around) {
            Some(left) => room = left,
            None => return format!("{}…", &text[..start]),
        }
    }
    text.to_owned()
}

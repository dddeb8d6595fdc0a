//! What in a line of a log could be a secret becomes `***` before the line goes anywhere (law 4): keys beside their names,
//! signatures of requests, users of URLs, arguments of clients that take keys. Errs on the side of secrets, and leaves what
//! says that one is missing.

mod across;
#[cfg(test)]
mod laws;
mod rule;
#[cfg(test)]
mod tests;
mod user;
mod value;

pub(super) use across::Before;

use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

use regex::Regex;
use regex::bytes;

use rule::{CLIENTS, RULES, Takes};
use value::value_end;

/// What is written for what was hidden.
pub(super) const HIDDEN: &str = "***";
/// How far before its option a client may be named.
const NEAR: usize = 300;
/// The fewest signs of a bare value that may be a word of a sentence.
const SAID_MIN: usize = 4;

/// How much the automaton of all rules may hold: with less it starts anew again and again.
const ROOM: usize = 32 << 20;

/// Tells which rules need a look.
static ANY: LazyLock<bytes::RegexSet> = LazyLock::new(|| {
    let mut builder = bytes::RegexSetBuilder::new(RULES.iter().map(|(pattern, _)| pattern));
    let set = builder.unicode(false).dfa_size_limit(ROOM).build();
    set.expect("the rules are constants that the tests compile")
});
/// The rules, each by itself once it is needed. All that they tell apart is ASCII, which is many times faster.
static EACH: LazyLock<Vec<OnceLock<bytes::Regex>>> = LazyLock::new(|| RULES.iter().map(|_| OnceLock::new()).collect());
/// What a shell and others say behind the name of a variable that is not there.
static MISSING: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"^(?:unbound variable|parameter (?:null or )?not set|(?:is )?not set\b|should not be |must (?:not )?be |readonly variable|(?:command )?not found|is (?:required|empty|missing)\b|no such |required environment |<set to the key )",
    )
});
/// A line that is nothing but base64.
static BARE: LazyLock<Regex> = LazyLock::new(|| constant(r"^\s*([A-Za-z0-9+/]{40,4096}={0,2})\s*$"));

/// Compiles a rule.
fn rule(pattern: &str) -> bytes::Regex {
    let rule = bytes::RegexBuilder::new(pattern).unicode(false).build();
    rule.expect("the rules are constants that the tests compile")
}

/// Compiles a pattern.
fn constant(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant that the tests compile")
}

/// Something to hide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Secret {
    /// Where what tells of it starts.
    pub told_at: usize,
    /// Where it is.
    pub at: Range<usize>,
}

/// Returns a line without what could be a secret.
pub(super) fn masked_line(line: &str) -> String {
    without(line, &secrets(line))
}

/// Returns what could be a secret in a line, in order and apart from each other.
pub(super) fn secrets(line: &str) -> Vec<Secret> {
    let mut found: Vec<(usize, Range<usize>)> = Vec::new();
    if let Some(body) = BARE.captures(line).and_then(|found| found.get(1)).filter(|body| is_encoded(body.as_str())) {
        found.push((0, body.range()));
    }
    for index in ANY.matches(line.as_bytes()) {
        let (pattern, takes) = &RULES[index];
        for told in EACH[index].get_or_init(|| rule(pattern)).captures_iter(line.as_bytes()) {
            taken(line, &told, *takes, &mut found);
        }
    }
    user::users(line, &mut found);
    found.sort_by_key(|(_, at)| (at.start, at.end));
    let mut secrets: Vec<Secret> = Vec::with_capacity(found.len());
    for (told_at, at) in found {
        match secrets.last_mut().filter(|last| at.start < last.at.end) {
            Some(last) => {
                last.told_at = last.told_at.min(told_at);
                last.at.end = last.at.end.max(at.end);
            }
            None => secrets.push(Secret { told_at, at }),
        }
    }
    secrets
}

/// Returns a line without secrets that were found in it.
pub(super) fn without(line: &str, secrets: &[Secret]) -> String {
    let (mut out, mut done) = (String::with_capacity(line.len()), 0);
    // An empty one only tells who sees a part of a line that more may come.
    for secret in secrets.iter().filter(|secret| !secret.at.is_empty()) {
        out.push_str(&line[done..secret.at.start]);
        out.push_str(HIDDEN);
        done = secret.at.end;
    }
    out + &line[done..]
}

/// Adds what is hidden of what a rule found.
fn taken(line: &str, told: &bytes::Captures<'_>, takes: Takes, found: &mut Vec<(usize, Range<usize>)>) {
    let whole = told.get_match().range();
    let end = |ends: fn(char) -> bool| line[whole.end..].find(ends).map_or(line.len(), |at| whole.end + at);
    let at = match takes {
        Takes::Value | Takes::Said | Takes::Client | Takes::Generated | Takes::Pair => {
            whole.end..value_end(line, whole.end)
        }
        Takes::Parameter => whole.end..end(|c| c.is_whitespace() || ",;&\"'<>".contains(c)),
        Takes::Element => whole.end..element_end(line, whole.end),
        Takes::Rest => whole.end..line[whole.end..].find("-----END").map_or(line.len(), |at| whole.end + at),
        Takes::Group => told.get(1).map_or(whole.end..whole.end, |group| group.range()),
        Takes::TwoWords => return words(line, &whole, found),
    };
    if !spares(line, &whole, &at, takes) {
        found.push((whole.start, at));
    }
}

/// Returns where the text of an element ends.
fn element_end(line: &str, from: usize) -> usize {
    let ends = ["<", "&lt;", "\\u003c", "\\u003C"];
    let first = ends.iter().filter_map(|end| line[from..].find(end)).min();
    first.map_or(line.len(), |at| from + at)
}

/// Adds two words of a command, unless they are options or its end.
fn words(line: &str, told: &Range<usize>, found: &mut Vec<(usize, Range<usize>)>) {
    let mut from = told.end;
    for _ in 0..2 {
        let text = &line[from..];
        let start = from + text.find(|c: char| !c.is_whitespace() && !",\\".contains(c)).unwrap_or(text.len());
        let end = value_end(line, start);
        let word = &line[start..end];
        if word.is_empty() || word.starts_with(['-', '|', ';', '&', ']']) {
            return;
        }
        if !word.starts_with(HIDDEN) {
            found.push((told.start, start..end));
        }
        // The quote that ends a word of a list starts no other.
        from = end + usize::from(line[end..].starts_with(['"', '\'']));
        if !line[from..].starts_with(|c: char| c.is_whitespace() || ",\\".contains(c)) {
            return;
        }
    }
}

/// Returns whether what a rule found is no secret.
fn spares(line: &str, told: &Range<usize>, at: &Range<usize>, takes: Takes) -> bool {
    let value = &line[at.clone()];
    let bare = value.trim_matches(['"', '\'', '\\', '$']);
    if value.starts_with(HIDDEN) || (!value.is_empty() && bare.is_empty()) || is_object(value) {
        return true;
    }
    let is_bare = bare.len() == value.len();
    match takes {
        Takes::Said => {
            let is_short = is_bare && !value.is_empty() && value.chars().count() < SAID_MIN;
            is_short
                || MISSING.is_match(&line[at.start..])
                || ["YES)", "NO)"].contains(&value)
                || is_prose(line, told, at)
        }
        Takes::Client => {
            let near = line[line.floor_char_boundary(told.start.saturating_sub(NEAR))..told.start].to_ascii_lowercase();
            value.len() < 3 || value.starts_with('-') || !CLIENTS.iter().any(|client| near.contains(client))
        }
        Takes::Generated => !is_generated(bare),
        Takes::Pair => {
            !value.contains(':') || ["http://", "https://", "+", "-"].iter().any(|start| bare.starts_with(start))
        }
        _ => false,
    }
}

/// Returns whether a value is an object of JSON, whose fields have names of their own.
fn is_object(value: &str) -> bool {
    value.strip_prefix('{').is_some_and(|rest| rest.trim_start_matches('\\').starts_with('"'))
}

/// Returns whether a word goes on with a sentence: `failed to get secret: secrets "x" not found`.
fn is_prose(line: &str, told: &Range<usize>, at: &Range<usize>) -> bool {
    let name = line[told.start..told.end].trim_end();
    let is_plain =
        name.to_ascii_lowercase().trim_start_matches(['_', '-']) == "secret:" && line[..told.end].ends_with(' ');
    let goes_on = line[at.end..].trim_start().len() < line[at.end..].len() && !line[at.end..].trim().is_empty();
    is_plain && goes_on && line[at.clone()].chars().all(|c| c.is_ascii_alphabetic())
}

/// Returns whether a word is of a key, most likely, and no path: what stands alone on its line is no evidence.
fn is_encoded(word: &str) -> bool {
    let has = |is: fn(&u8) -> bool| word.bytes().any(|byte| is(&byte));
    let slashes = word.bytes().filter(|byte| *byte == b'/').count();
    has(u8::is_ascii_digit) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && slashes * 12 <= word.len()
}

/// Returns whether a value looks as if a machine had made it: words of a sentence do not.
fn is_generated(value: &str) -> bool {
    let value = value.trim_end_matches(['.', ',', ';', ':', ')', '"', '\'']);
    let has = |is: fn(&char) -> bool| value.chars().any(|c| is(&c));
    let is_long = value.len() >= 32 && has(char::is_ascii_lowercase) && has(char::is_ascii_uppercase);
    !value.starts_with("AWS4-") && (is_long || value.len() >= 6 && has(char::is_ascii_digit))
}

//! The text of a pull request: leeward's part between two hidden marks, what people wrote around it.
//!
//! The second mark holds what leeward last wrote, as two short digests: so a rerun compares with its own words and not
//! with what the forge or a person made of them. Must never drop what stands outside the marks.

use sha2::{Digest as _, Sha256};

use super::pull::Marker;

/// The digests of what leeward last wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Prints {
    /// Of the title.
    title: String,
    /// Of the text.
    text: String,
    /// Of the reviewers that were asked: those whom a person took off are not asked again.
    asked: String,
}

/// What a pull request should become; `None` stays as it is.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Edit {
    /// The title.
    pub(super) title: Option<String>,
    /// All of the text.
    pub(super) body: Option<String>,
    /// Whether reviewers are asked who were not before.
    pub(super) asks: bool,
}

/// What leeward says in a pull request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words<'a> {
    /// One line.
    pub(super) title: &'a str,
    /// Markdown.
    pub(super) body: &'a str,
    /// Who is asked.
    pub(super) reviewers: &'a [String],
}

impl Words<'_> {
    /// Returns the digests of the words.
    fn prints(self) -> Prints {
        Prints { title: print(self.title), text: print(self.body), asked: print(&self.reviewers.join(",")) }
    }
}

/// Returns whether a text has the mark.
pub(super) fn is_marked(text: &str, marker: &Marker) -> bool {
    bounds(text, marker).is_some()
}

/// Returns the text of a new pull request.
pub(super) fn first(words: Words<'_>, marker: &Marker) -> String {
    region(words.body, marker, &words.prints())
}

/// Returns what has to change so that a pull request says something else: nothing where leeward said the same before,
/// never the title that a person gave, never the text around the marks.
pub(super) fn edit(old_title: &str, old_text: &str, words: Words<'_>, marker: &Marker) -> Edit {
    // Without both marks nobody can tell leeward's words from a person's.
    let Some((start, end, Some(last))) = bounds(old_text, marker) else { return Edit::default() };
    let mut prints = words.prints();
    let is_other = old_title != words.title;
    let by_person = is_other && print(old_title) != last.title;
    if by_person {
        prints.title.clone_from(&last.title);
    }
    let said = || format!("{}{}{}", &old_text[..start], region(words.body, marker, &prints), &old_text[end..]);
    Edit {
        title: (is_other && !by_person).then(|| words.title.to_owned()),
        body: (prints != last).then(said),
        asks: prints.asked != last.asked,
    }
}

/// Returns leeward's part with its marks.
fn region(body: &str, marker: &Marker, prints: &Prints) -> String {
    let (name, body) = (marker.name(), body.trim_matches('\n'));
    let end = format!("{} title={} text={} asked={} -->", closing(marker), prints.title, prints.text, prints.asked);
    format!("<!-- leeward:{name} -->\n{body}\n\n{end}")
}

/// Returns how the second mark starts.
fn closing(marker: &Marker) -> String {
    format!("<!-- /leeward:{}", marker.name())
}

/// Returns where leeward's part starts and ends, and what it last wrote; without the second mark the end is the first's.
fn bounds(text: &str, marker: &Marker) -> Option<(usize, usize, Option<Prints>)> {
    let opening = format!("<!-- leeward:{} -->", marker.name());
    let start = text.match_indices(&opening).map(|(at, _)| at).find(|at| starts_line(text, *at))?;
    let inside = start + opening.len();
    let closing = closing(marker);
    let close = text[inside..].rmatch_indices(&closing).map(|(at, _)| inside + at).find(|at| starts_line(text, *at));
    let ended = close.and_then(|close| Some((close, close + text[close..].find("-->")? + 3)));
    match ended {
        Some((close, end)) => Some((start, end, prints(&text[close + closing.len()..end]))),
        None => Some((start, inside, None)),
    }
}

/// Returns whether a place is the start of a line: a quoted mark is not one.
fn starts_line(text: &str, at: usize) -> bool {
    text[..at].is_empty() || text[..at].ends_with('\n')
}

/// Reads the digests in a second mark.
fn prints(text: &str) -> Option<Prints> {
    let word = |name: &str| text.split_whitespace().find_map(|word| word.strip_prefix(name)).map(str::to_owned);
    Some(Prints { title: word("title=")?, text: word("text=")?, asked: word("asked=")? })
}

/// Returns a short digest of a text, the same for every kind of line break.
fn print(text: &str) -> String {
    let digest = Sha256::digest(text.replace("\r\n", "\n").trim().as_bytes());
    digest.iter().take(6).fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests;

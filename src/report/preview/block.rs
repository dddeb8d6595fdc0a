//! One object as Markdown: its three differences in fences, folded away. Where a comment has no room for all of it, the
//! longest values go first and the block says so. Must never let a text of the repository leave its place.

use std::fmt::Write as _;

use super::detail::{Effective, Mark};
use super::field::{ADDED, Between, Field, REMOVED};
use super::line::Line;
use super::summary::{fate, named, trouble};
use super::tame::{clipped, code, encoded, finding, prose};
use crate::model::finding::Finding;
use crate::preview::{Change, ObjectPreview};
use crate::report::escape::escaped;
use crate::report::markdown::fence;

/// How much is shown of an object.
#[derive(Debug, Clone, Copy)]
struct Room {
    /// How many bytes a field may take.
    field: usize,
    /// How many fields, findings and doubts.
    rows: usize,
}

/// What a fact may take at least.
const FACT: usize = 200;
/// What is tried one after the other until it fits.
const ROOMS: [Room; 7] = [
    Room { field: usize::MAX, rows: usize::MAX },
    Room { field: 8_000, rows: usize::MAX },
    Room { field: 2_000, rows: usize::MAX },
    Room { field: 500, rows: usize::MAX },
    Room { field: 200, rows: 100 },
    Room { field: 120, rows: 20 },
    Room { field: 60, rows: 3 },
];

/// Returns the object in at most `budget` bytes, save that a title is always there.
pub(super) fn object(object: &ObjectPreview, full: &str, budget: usize) -> String {
    let fits = |text: &String| text.len() <= budget;
    let whole = ROOMS.iter().map(|room| block(object, full, *room)).find(fits);
    whole.unwrap_or_else(|| format!("\n{}\n\n{}\n", title(object), note(full)))
}

/// Returns the object with the room it has.
fn block(object: &ObjectPreview, full: &str, room: Room) -> String {
    let mut page = Page { out: String::new(), items: Vec::new(), is_cut: false, room };
    page.differences("intended", "Git before → Git after", &plain(&object.intended, Between::BeforeAndAfter));
    page.differences("drift", "Git before → live", &plain(&object.drift, Between::GitAndLive));
    page.effective(object);
    page.remarks(object);
    let cut = if page.is_cut { format!("\n{}\n", note(full)) } else { String::new() };
    format!("\n<details><summary>{}</summary>\n{}{cut}\n</details>\n", summary(object), page.out)
}

/// Returns fields without a mark.
fn plain(changes: &[Change], between: Between) -> Vec<(Field, Mark)> {
    changes.iter().map(|change| (Field::of(change, between), Mark::Plain)).collect()
}

/// Returns the line that stands for the folded object.
fn summary(object: &ObjectPreview) -> String {
    format!("<code>{}</code> {}", encoded(&clipped(&named(&object.id), 300)), fate(object.action))
}

/// Returns the same where nothing is folded.
fn title(object: &ObjectPreview) -> String {
    format!("{} {}", code(&clipped(&named(&object.id), 120)), fate(object.action))
}

/// Returns the note that something is missing.
fn note(full: &str) -> String {
    format!("*Cut to fit this comment; in full:* {}", code(full))
}

/// An object being written.
struct Page {
    /// Where to.
    out: String,
    /// Items of the list that comes next.
    items: Vec<String>,
    /// Whether something was left out.
    is_cut: bool,
    /// The room.
    room: Room,
}

impl Page {
    /// Writes a fence with one difference.
    fn differences(&mut self, name: &str, what: &str, fields: &[(Field, Mark)]) {
        if fields.is_empty() {
            return;
        }
        let mut lines = Vec::new();
        for (field, mark) in fields.iter().take(self.room.rows) {
            let shown = shown(field, *mark);
            let size: usize = shown.iter().map(|line| line.len() + 1).sum();
            if size <= self.room.field {
                lines.extend(shown);
            } else {
                self.is_cut = true;
                lines.push(format!("  {}: cut, {size} bytes", clipped(&escaped(&field.path), self.room.field)));
            }
        }
        if let Some(more) = self.more(fields.len()) {
            lines.push(format!("  and {more} more"));
        }
        let text = lines.join("\n");
        let fence = fence(&text);
        self.put(&format!("\n**{name}** ({what})\n\n{fence}diff\n{text}\n{fence}"));
    }

    /// Writes the effective difference.
    fn effective(&mut self, object: &ObjectPreview) {
        let effective = Effective::of(object);
        let field = |(change, mark): &(&Change, Mark)| (Field::of(change, Between::BeforeAndAfter), *mark);
        let fields: Vec<_> = effective.fields.iter().map(field).collect();
        match effective.phrase {
            Some(phrase) if fields.is_empty() => self.put(&format!("\n**effective**: {phrase}")),
            Some(phrase) => self.differences("effective", &format!("live → live after the merge; {phrase}"), &fields),
            None => self.differences("effective", "live → live after the merge", &fields),
        }
        for (path, why) in effective.without {
            self.item("no effect", &format!("{path}: {why}"));
        }
        self.list();
    }

    /// Writes what is not known, what went wrong and what the approver has to know.
    fn remarks(&mut self, object: &ObjectPreview) {
        if let Some(known) = &object.trouble {
            let hint = known.hint.as_ref().map(|hint| format!(" — hint: {}", code(&self.fitted(hint))));
            let fact = prose(&self.fitted(&trouble(known)));
            self.items.push(format!("**trouble** {fact}{}", hint.unwrap_or_default()));
        }
        for unsure in &object.unsure {
            self.item("unsure", &format!("{}: {}", unsure.path, unsure.why));
        }
        for found in &object.findings {
            let (fact, hint) = (self.fitted(&found.fact), found.hint.as_ref().map(|hint| self.fitted(hint)));
            self.items.push(finding(&Finding { fact, hint, ..*found }, usize::MAX));
        }
        self.list();
    }

    /// Adds an item: a word and a fact.
    fn item(&mut self, word: &str, fact: &str) {
        let fact = prose(&self.fitted(fact));
        self.items.push(format!("**{word}** {fact}"));
    }

    /// Returns a fact as long as there is room.
    fn fitted(&mut self, fact: &str) -> String {
        let fitted = clipped(fact, self.room.field.max(FACT));
        self.is_cut |= fitted != fact;
        fitted
    }

    /// Writes the items added so far as a list.
    fn list(&mut self) {
        let items = std::mem::take(&mut self.items);
        let more = self.more(items.len());
        for (number, item) in items.into_iter().take(self.room.rows).enumerate() {
            self.put(&format!("{}- {item}", if number == 0 { "\n" } else { "" }));
        }
        if let Some(more) = more {
            self.put(&format!("- and {more} more"));
        }
    }

    /// Returns how many of `count` rows there is no room for.
    fn more(&mut self, count: usize) -> Option<usize> {
        let more = count.checked_sub(self.room.rows).filter(|more| *more > 0)?;
        self.is_cut = true;
        Some(more)
    }

    /// Writes lines.
    fn put(&mut self, lines: &str) {
        writeln!(self.out, "{lines}").expect("a String takes any text");
    }
}

/// Returns the lines of a field in a fence.
fn shown(field: &Field, mark: Mark) -> Vec<String> {
    let by = field.by.as_ref().map(|by| format!("  ({by})")).unwrap_or_default();
    let tail = format!("{by}{}", mark.words());
    let written = |Line { sign, text }: Line| escaped(&format!("{sign} {text}"));
    if field.words.is_some() {
        let path = &field.path;
        let sides = field.sides();
        let last = sides.len();
        let side = |(number, line): (usize, Line)| {
            let tail = if number + 1 == last { tail.as_str() } else { "" };
            written(Line { text: format!("{path}: {}{tail}", line.text), ..line })
        };
        return sides.into_iter().enumerate().map(side).collect();
    }
    let head = match field.phrase.as_str() {
        ADDED => Line { sign: '+', text: format!("{}:{tail}", field.path) },
        REMOVED => Line { sign: '-', text: format!("{}:{tail}", field.path) },
        phrase => Line::same(&format!("{}: {phrase}{tail}", field.path)),
    };
    std::iter::once(head).chain(field.lines.iter().cloned().map(Line::indented)).map(written).collect()
}

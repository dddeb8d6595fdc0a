//! How every report is written for a person at a terminal: rows under labels, lines of a bounded width. Used by the reports as
//! text. Must never let a text of others move the cursor.

use std::fmt::Write as _;

use super::escape::escaped;

/// The columns that a line of prose takes at most.
pub(super) const WIDTH: usize = 100;

/// Rows under one label; the label stands on the first alone.
pub(super) struct Rows<'a> {
    /// Where to.
    pub(super) text: &'a mut String,
    /// The label of the row above.
    pub(super) last: &'a str,
}

impl<'a> Rows<'a> {
    /// Writes rows under a label.
    pub(super) fn row(&mut self, label: &'a str, lines: impl IntoIterator<Item = impl AsRef<str>>) {
        for line in lines {
            let shown = if self.last == label { "" } else { label };
            put(self.text, format!("  {shown:<9} {}", line.as_ref()).trim_end());
            self.last = label;
        }
    }
}

/// Writes a line.
pub(super) fn put(text: &mut String, line: &str) {
    writeln!(text, "{}", escaped(line)).expect("a String takes any text");
}

/// Returns a text in lines of at most `width` characters, broken at spaces.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut().filter(|line| line.chars().count() + 1 + word.chars().count() <= width) {
            Some(line) => *line = format!("{line} {word}"),
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

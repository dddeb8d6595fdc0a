//! How every report is written for a pull request: lines, cells, text in a line, fences. Used by the reports as Markdown. Must
//! never let a text of others start HTML, a mention or a line of its own.

use std::fmt::Write as _;

use super::escape::escaped_lines;

/// Writes a line, or several of our own.
pub(super) fn put(out: &mut String, line: &str) {
    writeln!(out, "{}", escaped_lines(line)).expect("a String takes any text");
}

/// Returns a text that cannot leave its cell.
pub(super) fn cell(text: &str) -> String {
    inline(text).replace('|', "\\|")
}

/// Returns a text that cannot start HTML, a mention or a line of its own.
pub(super) fn inline(text: &str) -> String {
    text.replace('<', "&lt;").replace('@', "&#64;").replace(['\n', '\r'], " ")
}

/// Returns a fence longer than any in the text.
pub(super) fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    "`".repeat(longest.max(2) + 1)
}

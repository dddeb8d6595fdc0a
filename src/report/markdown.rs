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

/// Returns a text that cannot start HTML, a mention, a link, an emphasis or a line of its own; what stands in single
/// backticks stays code.
pub(super) fn inline(text: &str) -> String {
    let text = text.replace('<', "&lt;").replace('@', "&#64;").replace(['\n', '\r'], " ");
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) || text.contains("``") {
        return plain(&text).replace('`', "\\`");
    }
    let part = |(number, part): (usize, &&str)| if number % 2 == 1 { (*part).to_owned() } else { plain(part) };
    parts.iter().enumerate().map(part).collect::<Vec<_>>().join("`")
}

/// Returns a text without links, pictures and emphasis: stars between blanks, as schedules have them, are none.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut last = ' ';
    while let Some(c) = chars.next() {
        let next = chars.peek().copied().unwrap_or(' ');
        let is_loose = last.is_whitespace() && next.is_whitespace();
        let is_inside = c == '_' && last.is_alphanumeric() && next.is_alphanumeric();
        if c == '[' || c == '\\' && next.is_ascii_punctuation() || "*_~".contains(c) && !is_loose && !is_inside {
            out.push('\\');
        }
        out.push(c);
        last = c;
    }
    out
}

/// Returns a fence longer than any in the text.
pub(super) fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    "`".repeat(longest.max(2) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_shows_as_it_is_written() {
        for (text, shown) in [
            ("a_b.log:12, cron 0 3 * * *", "a_b.log:12, cron 0 3 * * *"),
            ("[x](http://evil) **b** _c_ ~~d~~", "\\[x](http://evil) \\*\\*b\\*\\* \\_c\\_ \\~\\~d\\~\\~"),
            ("the storage `a*b[0]` of *c*", "the storage `a*b[0]` of \\*c\\*"),
            ("one ` [x](y)", "one \\` \\[x](y)"),
            ("``a`` [x](y)", "\\`\\`a\\`\\` \\[x](y)"),
            ("a\\[x](y)", "a\\\\\\[x](y)"),
            ("<b>@team\nx", "&lt;b>&#64;team x"),
        ] {
            assert_eq!(inline(text), shown);
        }
    }
}

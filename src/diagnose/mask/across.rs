//! What the lines before say of the next one: that it is of a private key, or the value of a name that stood by itself.
//! Keeps a word of state, however long the log is; a line that nobody shows is only looked at for what it opens.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use memchr::{memchr, memrchr};
use regex::Regex;

use super::rule::VARIABLE;
use super::{HIDDEN, constant, masked_line, secrets};
use crate::diagnose::line::bare;

/// The most lines that a private key has.
const KEY_LINES: usize = 400;

/// The first line of a private key.
static KEY_START: LazyLock<Regex> = LazyLock::new(|| constant("-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----"));
/// The last one.
static KEY_END: LazyLock<Regex> = LazyLock::new(|| constant("-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----"));
/// The name of a variable, whose value comes on the next line.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    constant(&format!(r#"(?i)^[^\w]*(?:name|key)\\*["']?\s*:\s*\\*["']?[\w.-]*{VARIABLE}[\w.-]*\\*["']?\s*,?\s*$"#))
});
/// A value by itself.
static VALUE: LazyLock<Regex> = LazyLock::new(|| constant(r#"(?i)^\s*\\*["']?value\\*["']?\s*:\s*"#));
/// A name, or the value of a name, whose text comes on the next lines, further in.
static BLOCK: LazyLock<Regex> = LazyLock::new(|| {
    constant(&format!(r#"(?i)^\s*(?:-\s+)?["']?[\w.-]*(?:{VARIABLE})[\w.-]*["']?\s*:[ ]{{0,2}}[|>][-+\d]*\s*$"#))
});
/// A value whose text comes on the next lines.
static VALUE_BLOCK: LazyLock<Regex> =
    LazyLock::new(|| constant(r#"(?i)^\s*["']?value["']?\s*:[ ]{0,2}[|>][-+\d]*\s*$"#));
/// What stands in lines that open something long.
static OPENERS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let texts = ["-----begin ", ": |", ": >", ":|", ":>", ":  |", ":  >"];
    AhoCorasick::builder().ascii_case_insensitive(true).build(texts).expect("the texts are constants")
});

/// What the lines before say.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Opened {
    /// Nothing.
    #[default]
    Nothing,
    /// A private key, so many lines ago.
    Key(usize),
    /// A variable: its value comes.
    Variable,
    /// A block of text further in than this.
    Block(usize),
    /// A quoted value that ends with this sign.
    Quote(char),
}

/// What the lines before say of the next one.
#[derive(Debug, Default)]
pub(in crate::diagnose) struct Before {
    /// What they opened.
    opened: Opened,
}

impl Before {
    /// Returns a line without what could be a secret, with what the lines before it say.
    pub(in crate::diagnose) fn line(&mut self, line: &str) -> String {
        let opened = self.opened;
        self.see(line);
        let indent = line.len() - line.trim_start().len();
        match opened {
            Opened::Key(_) if !KEY_END.is_match(line) => HIDDEN.to_owned(),
            Opened::Block(of) if indent > of => format!("{}{HIDDEN}", &line[..indent]),
            Opened::Variable if !VALUE_BLOCK.is_match(line) => match VALUE.find(line) {
                Some(value) if value.end() < line.len() => format!("{}{HIDDEN}", &line[..value.end()]),
                _ => masked_line(line),
            },
            Opened::Quote(quote) => match line.split_once(quote) {
                Some((_, rest)) => format!("{HIDDEN}{quote}{}", masked_line(rest)),
                None => masked_line(line),
            },
            _ => masked_line(line),
        }
    }

    /// Takes note of lines that nobody shows.
    pub(in crate::diagnose) fn skip(&mut self, lines: &[u8]) {
        let (mut at, mut seen) = (0, 0);
        while at < lines.len() {
            if !matches!(self.opened, Opened::Key(_) | Opened::Block(_)) {
                let Some(found) = OPENERS.find(&lines[at..]) else { break };
                let found = at + found.start();
                let start = memrchr(b'\n', &lines[at..found]).map_or(at, |end| at + end + 1);
                // The line before it may have named what it opens.
                if start > at {
                    self.see(&bare(last_line(&lines[at..start])));
                }
                at = start;
            }
            let end = memchr(b'\n', &lines[at..]).map_or(lines.len(), |end| at + end);
            self.see(&bare(&lines[at..end]));
            at = end + 1;
            seen = at;
        }
        // What opens something short only matters in the line before the next one.
        if seen < lines.len() {
            self.see(&bare(last_line(&lines[seen..])));
        }
    }

    /// Takes note of what a line opens and ends.
    fn see(&mut self, line: &str) {
        let indent = line.len() - line.trim_start().len();
        self.opened = match self.opened {
            Opened::Key(lines) if lines < KEY_LINES && !KEY_END.is_match(line) => Opened::Key(lines + 1),
            Opened::Block(of) if indent > of || line.trim().is_empty() => Opened::Block(of),
            Opened::Variable if VALUE_BLOCK.is_match(line) => Opened::Block(indent),
            _ if KEY_START.is_match(line) && !KEY_END.is_match(line) => Opened::Key(0),
            _ if BLOCK.is_match(line) => Opened::Block(indent),
            _ if NAMED.is_match(line) => Opened::Variable,
            _ => unclosed(line).map_or(Opened::Nothing, Opened::Quote),
        };
    }
}

/// Returns the last of some lines.
fn last_line(lines: &[u8]) -> &[u8] {
    let whole = lines.strip_suffix(b"\n").unwrap_or(lines);
    &whole[memrchr(b'\n', whole).map_or(0, |end| end + 1)..]
}

/// Returns the quote that a value at the end of a line has opened and not closed, as a shell shows one of several lines.
fn unclosed(line: &str) -> Option<char> {
    if !line.contains("='") && !line.contains("=$'") && !line.contains("=\"") {
        return None;
    }
    let last = secrets(line).pop().filter(|last| last.at.end == line.len())?;
    let value = line[last.at].trim_start_matches('$');
    let quote = value.chars().next().filter(|c| "\"'".contains(*c))?;
    (value.len() == 1 || !value.ends_with(quote)).then_some(quote)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns lines as they are shown.
    fn shown(lines: &str) -> String {
        let mut before = Before::default();
        lines.split('\n').map(|line| before.line(line)).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn hides_what_the_lines_before_tell_of() {
        for (lines, want) in [
            (
                "- name: AWS_SECRET_ACCESS_KEY\n  value: sesame street\nx",
                "- name: AWS_SECRET_ACCESS_KEY\n  value: ***\nx",
            ),
            ("  \"name\": \"DB_PASS\",\n  \"value\": \"x y\"\nx", "  \"name\": \"DB_PASS\",\n  \"value\": ***\nx"),
            ("- name: HOME\n  value: /root", "- name: HOME\n  value: /root"),
            ("- name: AWS_SECRET_ACCESS_KEY\n  valueFrom: x", "- name: AWS_SECRET_ACCESS_KEY\n  valueFrom: x"),
            (
                "- name: A_TOKEN\n  value: |-\n    sesame\n\n    two\nx: y",
                "- name: A_TOKEN\n  value: |-\n    ***\n\n    ***\nx: y",
            ),
            ("password: >\n  sesame\nx", "password: >\n  ***\nx"),
            ("+ SECRET_KEY='sesame\nstreet' x", "+ SECRET_KEY=***\n***' x"),
            (
                "-----BEGIN EC PRIVATE KEY-----\nses\nse==\n-----END EC PRIVATE KEY-----\nx",
                "-----BEGIN EC PRIVATE KEY-----\n***\n***\n-----END EC PRIVATE KEY-----\nx",
            ),
        ] {
            assert_eq!(shown(lines), want);
            assert_eq!(shown(want), want, "masking twice is masking once");
        }
    }

    #[test]
    fn a_line_behind_lines_that_nobody_shows_is_masked_as_behind_those_that_are_shown() {
        let log = "a\n-----BEGIN RSA PRIVATE KEY-----\nb\nc\n-----END RSA PRIVATE KEY-----\nd\npassword: |\n  e\n  f\ng\n\
                   - name: A_KEY\n  value: h\n  value: i\nPASS=\"j\nk\" l\nm";
        let lines: Vec<&str> = log.split('\n').collect();
        let mut all = Before::default();
        for (index, line) in lines.iter().enumerate() {
            let want = all.line(line);
            for from in 0..=index {
                let mut before = Before::default();
                let part = |lines: &[&str]| lines.iter().flat_map(|line| [line, "\n"]).collect::<String>();
                before.skip(part(&lines[..from]).as_bytes());
                before.skip(part(&lines[from..index]).as_bytes());
                assert_eq!(before.line(line), want, "{line} from {from}");
            }
        }
    }
}

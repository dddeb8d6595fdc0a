//! What git and the other side said, as lines that may be shown: no credential of a URL, a header or the environment, no
//! control character, never without end. Must never pass on a line that it did not look through.

use std::sync::LazyLock;

use regex::Regex;

use super::settings::{Settings, variable};
use crate::model::secret::FORGE_TOKENS;

/// The most lines that are kept.
const LINES: usize = 12;
/// The most characters of a line that are kept.
const LENGTH: usize = 300;
/// Texts that are shorter would tear words apart.
const SHORTEST: usize = 6;
/// What stands in for a credential.
const MASK: &str = "***";

/// Returns a pattern that is fixed.
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is fixed and tested")
}

/// User and password of a URL.
static USER: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b([a-z][a-z0-9+.-]*://)[^/\s?#]*@"));
/// Values that say by their name that they are credentials.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b((?:[a-z_-]*token|[a-z_-]*key|secret|passw(?:or)?d|sig|signature)=|(?:authorization|private-token|job-token):\s*(?:(?:basic|bearer|token)\s+)?|\b(?:basic|bearer)\s+)[^\s&;,'\x22]+",
    )
});
/// Values that say by their form that they are credentials.
static FORMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:gh[a-z]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,}|gl[a-z]{2,6}-[A-Za-z0-9_.-]{16,}|ATBB[A-Za-z0-9]{16,}|xox[a-z]-[A-Za-z0-9-]{10,})",
    )
});

/// The texts that must never be shown.
#[derive(Clone, Default)]
pub(super) struct Masks(Vec<String>);

impl Masks {
    /// Returns the credentials that git is given: in these URLs, in headers of the settings, in the environment.
    pub(super) fn of(settings: &Settings, urls: &[String]) -> anyhow::Result<Self> {
        let mut texts: Vec<String> = urls.iter().filter_map(|url| user_of(url)).flat_map(parts).collect();
        let headers = settings.headers()?;
        texts.extend(headers.iter().flat_map(|header| header.split_whitespace().skip(1)).map(str::to_owned));
        texts.extend(FORGE_TOKENS.iter().filter_map(|name| variable(name)));
        texts.retain(|text| text.chars().count() >= SHORTEST);
        // The longest first: one may be a part of another.
        texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        Ok(Self(texts))
    }

    /// Returns a text as it may be shown.
    pub(super) fn masked(&self, text: &str) -> String {
        let text = self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), MASK));
        let text = USER.replace_all(&text, "$1");
        let text = NAMED.replace_all(&text, format!("${{1}}{MASK}"));
        let text = FORMED.replace_all(&text, MASK);
        escaped(&text)
    }

    /// Returns the lines of a text that say something, each as it may be shown.
    pub(super) fn lines(&self, text: &str) -> Vec<String> {
        let is_talk = |line: &&str| !line.is_empty() && !line.starts_with("hint:") && !line.chars().all(|c| c == '=');
        let lines = text.split(['\n', '\r']).map(|line| line.trim_start_matches("remote:").trim()).filter(is_talk);
        lines.take(LINES).map(|line| self.masked(line)).collect()
    }
}

/// Returns a URL without user and password.
pub(super) fn without_user(url: &str) -> String {
    escaped(&USER.replace_all(url, "$1"))
}

/// Returns user and password of a URL, as written.
fn user_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    Some(rest.split('/').next()?.rsplit_once('@')?.0)
}

/// Returns the parts of a user and password, as written and as they are meant.
fn parts(user: &str) -> Vec<String> {
    user.splitn(2, ':').flat_map(|part| [part.to_owned(), decoded(part)]).collect()
}

/// Returns a text with its percent signs taken away.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| *first == b'%');
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Returns a line cut, without characters that change what a terminal or a reader shows.
fn escaped(text: &str) -> String {
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let mut line = String::new();
    for (n, c) in text.chars().enumerate() {
        if n == LENGTH {
            line.push('…');
            break;
        }
        if is_hidden(c) { line.extend(c.escape_unicode()) } else { line.push(c) }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a text masked by its form alone.
    fn masked(text: &str) -> String {
        Masks::default().masked(text)
    }

    #[test]
    fn hides_who_a_url_is_for_and_keeps_where_it_leads() {
        for (said, want) in [
            (
                "unable to access 'https://pat:s3cr@t@h.example:8443/a/b.git/': x",
                "unable to access 'https://h.example:8443/a/b.git/': x",
            ),
            ("To ssh://git@h.example/a.git", "To ssh://h.example/a.git"),
            ("https://h.example/a@v1", "https://h.example/a@v1"),
            ("see https://h/x?private_token=abc&y=1", "see https://h/x?private_token=***&y=1"),
        ] {
            assert_eq!(masked(said), want);
        }
    }

    #[test]
    fn hides_what_looks_like_a_credential() {
        assert_eq!(masked("Authorization: Bearer abc.def"), "Authorization: Bearer ***");
        assert_eq!(masked("the header was `PRIVATE-TOKEN: glpat-1`"), "the header was `PRIVATE-TOKEN: ***");
        assert_eq!(masked("found ghp_0123456789abcdefghij in line 3"), "found *** in line 3");
        assert_eq!(masked("password=hunter2"), "password=***");
    }

    #[test]
    fn hides_what_it_was_told_as_written_and_as_meant() {
        let mut texts: Vec<String> = parts(user_of("https://x-token:p%40ss-word@h/a").unwrap());
        texts.retain(|text| text.len() >= SHORTEST);
        let masks = Masks(texts);
        assert_eq!(masks.masked("p@ss-word p%40ss-word x-token"), "*** *** ***");
    }

    #[test]
    fn keeps_the_lines_that_say_something_without_tricks() {
        let said =
            "remote: \nremote: error: GH006: no\u{1b}[31m\u{202e}   \nhint: pull first\nremote: ====\r\nfatal: x\n";
        let want = [r"error: GH006: no\u{1b}[31m\u{202e}", "fatal: x"];
        assert_eq!(Masks::default().lines(said), want);
        assert_eq!(Masks::default().lines(&"a\n".repeat(99)).len(), LINES);
        assert_eq!(masked(&"ä".repeat(999)).chars().count(), LENGTH + 1);
    }
}

//! Who a URL is for: user and password stand in front of the host, in texts that are shown as well as in addresses.
//! Must never take the `@` of a path for the end of a user.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// User and password of a URL.
static USER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\b([a-z][a-z0-9+.-]*://)[^/\s?#]*@").expect("the pattern is fixed and tested"));

/// Returns a text without user and password of every URL in it.
pub fn without_user(text: &str) -> Cow<'_, str> {
    USER.replace_all(text, "$1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_away_who_a_url_is_for_and_nothing_else() {
        for (text, want) in [
            ("https://user:p@ss@h.example/a.git", "https://h.example/a.git"),
            ("https://user@h.example", "https://h.example"),
            ("https://h.example/a@v1", "https://h.example/a@v1"),
            ("git@h.example:a/b.git", "git@h.example:a/b.git"),
            ("from ssh://git@a/b to HTTPS://x:y@c", "from ssh://a/b to HTTPS://c"),
        ] {
            assert_eq!(without_user(text), want);
        }
    }
}

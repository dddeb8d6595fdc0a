//! Users and passwords of URLs, with whatever signs people put into them. Errs on the side of secrets: of several `@` the last
//! one ends the user.

use std::ops::Range;

/// What is written for what was hidden.
const HIDDEN: &str = "***";

/// Adds the user parts of a line's URLs.
pub(super) fn users(line: &str, found: &mut Vec<(usize, Range<usize>)>) {
    let mut from = 0;
    while let Some(at) = line[from..].find("://") {
        let start = from + at + 3;
        from = start;
        if let Some(end) = user_end(&line[start..]).filter(|end| &line[start..start + end] != HIDDEN) {
            found.push((start, start..start + end));
            from = start + end;
        }
    }
}

/// Returns where the `@` behind the user stands, in the text behind a scheme. A password may hold slashes and quotes, and a
/// path may hold an `@`: it is a user where the part up to the first slash has an `@`, or cannot be a host and port.
fn user_end(after: &str) -> Option<usize> {
    let word = &after[..after.find(char::is_whitespace).unwrap_or(after.len())];
    let url = &word[..word.find(['"', '\'', '`', '<', '>', '\\']).unwrap_or(word.len())];
    let url = &url[..next_address(url).unwrap_or(url.len())];
    let authority = url.split(['/', '?', '#']).next().unwrap_or_default();
    if let Some(rest) = authority.strip_prefix("***@")
        && !rest.contains('@')
    {
        return None;
    }
    if authority.contains('@') {
        return url.rfind('@');
    }
    // A list of hosts ends one address and starts the next; a port that is no number is a password.
    let goes_on = authority.len() < url.len();
    let is_port = |port: &str| port.chars().all(|c| c.is_ascii_digit()) && !(port.is_empty() && goes_on);
    let is_host = |part: &str| part.ends_with(']') || part.rsplit_once(':').is_none_or(|(_, port)| is_port(port));
    let end = word.rfind('@')?;
    let is_place = authority.split([',', ';']).all(is_host) && !(authority.contains(':') && is_place(&word[end + 1..]));
    (!is_place).then_some(end)
}

/// Returns whether a text starts with a host that cannot be the version in a path: it has a port, or a name in parts.
fn is_place(text: &str) -> bool {
    let host = text.split(['/', '?', '#', '"', '\'']).next().unwrap_or_default();
    match host.split_once(':') {
        Some((_, port)) => !port.is_empty() && port.chars().all(|c| c.is_ascii_digit()),
        None => host.rsplit_once('.').is_some_and(|(_, last)| last.len() > 1 && last.chars().all(char::is_alphabetic)),
    }
}

/// Returns where, in a list, the next address starts.
fn next_address(url: &str) -> Option<usize> {
    let starts = url.match_indices("://").filter_map(|(at, _)| {
        let scheme = url[..at].bytes().rev().take_while(u8::is_ascii_alphanumeric).count();
        let before = url.as_bytes().get((at - scheme).checked_sub(1)?)?;
        (scheme > 0 && b",;|=&".contains(before)).then_some(at - scheme)
    });
    starts.min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_a_user_at_its_last_sign() {
        for (after, host) in [
            ("u:p@h:1/x", "@h:1/x"),
            ("u:p@q@h/x", "@h/x"),
            ("u:p/q@h/x y@z", "@h/x y@z"),
            ("u:p\"q@h", "@h"),
            ("token@h", "@h"),
            ("u:12/3@h.example/x", "@h.example/x"),
            ("u:p?q#r@h\" x", "@h\" x"),
        ] {
            assert_eq!(user_end(after).map(|end| &after[end..]), Some(host), "{after}");
        }
        for plain in
            ["h:9000/x@v1", "h", "h:9000: no", "[::1]:9000/a@b", "[fe80::1]/a@b", "h/x", "***@h/x@v1", "h:1,", ""]
        {
            assert_eq!(user_end(plain), None, "{plain}");
        }
    }
}

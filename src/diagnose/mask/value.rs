//! Where a value ends that stands behind a telling name: quoted in any way, escaped as often as a log was quoted once more, or
//! bare. Errs on the side of secrets: a quote that nothing closes goes on to the end of the line.

/// What may stand behind a quote that ends a bare value: anything else is a sign of the value.
const AFTER_QUOTE: &[u8] = b" \t\r,;:}])>&|\\\"'`";

/// Returns where the value ends that starts at an offset, its quotes included.
pub(super) fn value_end(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    // Bash writes what has control characters as $'…'.
    let start = at + usize::from(bytes[at..].starts_with(b"$'"));
    let escapes = backslashes(bytes, start);
    match bytes.get(start + escapes) {
        Some(quote @ (b'"' | b'\'')) => quoted_end(bytes, start + escapes + 1, *quote, escapes),
        Some(b'[') if bytes.get(start + 1).is_some_and(u8::is_ascii_digit) => {
            text[start..].find(']').map_or(text.len(), |end| start + end + 1)
        }
        _ => bare_end(text, at),
    }
}

/// Returns how many backslashes stand at an offset.
fn backslashes(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().take_while(|byte| **byte == b'\\').count()
}

/// Returns the end of a value behind its opening quote, which so many backslashes escape. Each time a text is quoted once
/// more the backslashes before a quote double and one is added: a quote inside has more of them than the one that closes.
fn quoted_end(bytes: &[u8], from: usize, quote: u8, escapes: usize) -> usize {
    let (mut at, mut run) = (from, 0);
    while at < bytes.len() {
        let byte = bytes[at];
        at += 1;
        if byte == b'\\' {
            run += 1;
            continue;
        }
        if byte == quote && (run < escapes || run % (2 * (escapes + 1)) == escapes) {
            match goes_on(&bytes[at..], quote, at == from + 1) {
                Some(more) if escapes == 0 => at += more,
                _ => return at,
            }
        }
        run = 0;
    }
    bytes.len()
}

/// Returns how many signs lie between the quote that closed and what still belongs to the value: SQL and YAML double a
/// quote, a shell writes one as `'\''`.
fn goes_on(after: &[u8], quote: u8, is_empty: bool) -> Option<usize> {
    match after {
        [b'\\', b'\'' | b'"', open, ..] if *open == quote => Some(3),
        [double, ..] if *double == quote && !is_empty => Some(1),
        _ => None,
    }
}

/// Returns the end of a value without quotes: white space, or a quote around it and its name.
fn bare_end(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    for (offset, c) in text[from..].char_indices() {
        let at = from + offset;
        if c.is_whitespace() {
            return at;
        }
        let is_last = || bytes.get(at + 1).is_none_or(|next| AFTER_QUOTE.contains(next));
        if matches!(c, '"' | '\'' | '`') && is_last() {
            let escapes = bytes[from..at].iter().rev().take_while(|byte| **byte == b'\\').count();
            return at - escapes;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_where_a_value_ends_however_it_is_quoted() {
        for (text, rest) in [
            ("abc def", " def"),
            ("abc\"} x", "\"} x"),
            ("ab\"cd ef", " ef"),
            ("abc\\\", x", "\\\", x"),
            ("\"a b\" c", " c"),
            ("\"a\\\"b c\" d", " d"),
            ("\"a\\\\\" d", " d"),
            ("'a b' c", " c"),
            ("'a''b' c", " c"),
            ("'a'\\''b c' d", " d"),
            ("$'a b' c", " c"),
            ("'' c", " c"),
            ("\"\", c", ", c"),
            ("\\\"a b\\\", c", ", c"),
            ("\\\"a\\\\\\\"b\\\", c", ", c"),
            ("\\\\\"a b\\\\\", c", ", c"),
            ("\\\\\\\"a b\\\\\\\", c", ", c"),
            ("\\\"a b\" c", " c"),
            ("[1 2 3] c", " c"),
            ("\"a b c", ""),
            ("ä\u{a0}b", "\u{a0}b"),
        ] {
            assert_eq!(&text[value_end(text, 0)..], rest, "{text}");
        }
    }
}

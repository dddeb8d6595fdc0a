//! What a terminal or a reader would act on instead of showing: control characters and marks that turn text around.
//! Names and texts of a repository are anybody's; they become visible here, where text is written.

/// Returns a text of one line: what would act, line breaks too, is written out as `\\u{1b}`.
pub fn escaped(text: &str) -> String {
    text.chars()
        .map(|c| if acts(c) { c.escape_unicode().to_string().replace("\\u{a}", "\\n") } else { c.into() })
        .collect()
}

/// Returns a text of several lines whose breaks stay.
pub(super) fn escaped_lines(text: &str) -> String {
    text.split('\n').map(escaped).collect::<Vec<_>>().join("\n")
}

/// Returns a JSON text in which what would act is escaped as JSON escapes it; breaks between values stay.
pub(super) fn escaped_json(text: &str) -> String {
    let shown = |c: char| if c != '\n' && acts(c) { format!("\\u{:04x}", u32::from(c)) } else { c.into() };
    text.chars().map(shown).collect()
}

/// Returns whether a character acts: controls, line separators, marks of direction.
fn acts(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_would_act() {
        assert_eq!(escaped("a\u{1b}[2J\nb\u{9b}\u{202e}ö💥"), "a\\u{1b}[2J\\nb\\u{9b}\\u{202e}ö💥");
        assert_eq!(escaped_lines("a\r\nb\n"), "a\\u{d}\nb\n");
        assert_eq!(escaped_json("\"a\u{9b}\u{202e}\"\n"), "\"a\\u009b\\u202e\"\n");
    }
}

//! What a folded block scalar becomes when kustomize writes it and reads it back.
//!
//! go-yaml v3 looks at the first line of the text, not at the next one, when it decides whether a break needs a second
//! one (`emitterc.go`, `yaml_emitter_write_folded_scalar`); a block with more-indented lines gains blank lines. Pure text.

use std::sync::Arc;

/// Returns the text after one round trip.
pub(super) fn round_trip(text: &Arc<str>) -> Arc<str> {
    if !is_block_allowed(text) {
        return Arc::clone(text);
    }
    let mut read = unfold(&fold(text));
    let keeps_all_breaks = text.ends_with("\n\n") || &**text == "\n";
    if !keeps_all_breaks {
        let body = read.trim_end_matches('\n').len();
        read.truncate(body + usize::from(text.ends_with('\n')));
    }
    Arc::from(read.as_str())
}

/// Whether the emitter keeps the block form; otherwise it writes double quotes, which change nothing.
fn is_block_allowed(text: &str) -> bool {
    let is_special =
        |letter: char| letter != '\n' && letter != '\t' && !(' '..='~').contains(&letter) && !is_wide_printable(letter);
    !text.is_empty() && !text.ends_with(' ') && !text.contains(" \n") && !text.chars().any(is_special)
}

/// The characters above ASCII that go-yaml writes as they are.
pub(super) fn is_wide_printable(letter: char) -> bool {
    matches!(letter, '\u{A0}'..='\u{D7FF}' | '\u{E000}'..='\u{FEFE}' | '\u{FF00}'..='\u{FFFD}')
}

/// The lines of the block as written, without their indentation.
fn fold(text: &str) -> String {
    let first = text.trim_start_matches('\n').chars().next();
    let is_doubled = first.is_some_and(|letter| letter != ' ' && letter != '\t');
    let mut out = String::new();
    let (mut after_break, mut is_indented) = (true, true);
    for letter in text.chars() {
        if letter == '\n' {
            if !after_break && !is_indented && is_doubled {
                out.push('\n');
            }
            out.push('\n');
            after_break = true;
        } else {
            if after_break {
                is_indented = letter == ' ' || letter == '\t';
            }
            out.push(letter);
            after_break = false;
        }
    }
    out
}

/// Reads the lines of a folded block as a YAML reader does.
fn unfold(block: &str) -> String {
    let mut out = String::new();
    let mut breaks = 0usize;
    let mut was_indented: Option<bool> = None;
    let mut rest = block;
    while !rest.is_empty() {
        let (line, has_break) = match rest.find('\n') {
            Some(at) => (&rest[..at], true),
            None => (rest, false),
        };
        rest = &rest[line.len() + usize::from(has_break)..];
        if !line.is_empty() {
            let is_indented = line.starts_with([' ', '\t']);
            push_breaks(&mut out, breaks, was_indented, is_indented);
            breaks = 0;
            out.push_str(line);
            was_indented = Some(is_indented);
        }
        breaks += usize::from(has_break);
    }
    out.extend((0..breaks).map(|_| '\n'));
    out
}

/// Writes the breaks between two lines: between lines at the base indentation the first one folds.
fn push_breaks(out: &mut String, breaks: usize, was_indented: Option<bool>, is_indented: bool) {
    let folds = was_indented == Some(false) && !is_indented;
    match (folds, breaks) {
        (true, 1) => out.push(' '),
        (true, count) => out.extend((1..count).map(|_| '\n')),
        (false, count) => out.extend((0..count).map(|_| '\n')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_emitter_s_fault() {
        let trip = |text: &str| round_trip(&Arc::from(text)).to_string();
        assert_eq!(trip("a b\n"), "a b\n");
        assert_eq!(trip("a\n  b\nc\n"), "a\n\n  b\nc\n");
        assert_eq!(trip("a\n\nb\n"), "a\n\nb\n");
        assert_eq!(trip("a\nb"), "a\nb");
    }
}

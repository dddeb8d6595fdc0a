//! Writes scalars: wrapping, quoting and escaping as libyaml's emitter does.
//!
//! Called by `emit` with the form already chosen. It writes into the emitter and decides nothing else.

use super::emitter::Emitter;
use super::folded::is_wide_printable;
use super::scalar_form::Form;

/// Lines are folded at spaces past this column.
const BEST_WIDTH: usize = 80;

/// Writes `text` in `form`; `may_fold` allows line breaks at spaces.
pub(super) fn write(emitter: &mut Emitter, text: &str, form: Form, may_fold: bool) {
    match form {
        Form::Plain => plain(emitter, text, may_fold),
        Form::SingleQuoted => single_quoted(emitter, text, may_fold),
        Form::DoubleQuoted => double_quoted(emitter, text, may_fold),
        Form::Literal => literal(emitter, text),
    }
}

/// Writes plain text.
fn plain(emitter: &mut Emitter, text: &str, may_fold: bool) {
    if !emitter.whitespace {
        emitter.put(' ');
    }
    let mut after_space = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_space = letter == ' ';
        if is_space && may_fold && !after_space && emitter.column > BEST_WIDTH && letters.peek() != Some(&' ') {
            emitter.write_indent();
        } else {
            emitter.put(letter);
        }
        emitter.indention = emitter.indention && is_space;
        after_space = is_space;
    }
    emitter.whitespace = false;
    emitter.indention = false;
}

/// Writes single-quoted text; only text without line breaks gets here folded at spaces.
fn single_quoted(emitter: &mut Emitter, text: &str, may_fold: bool) {
    emitter.write_indicator("'", true, false, false);
    let mut after_space = false;
    let last = text.chars().count().saturating_sub(1);
    let mut letters = text.chars().enumerate().peekable();
    while let Some((at, letter)) = letters.next() {
        let is_space = letter == ' ';
        let folds = is_space && may_fold && !after_space && emitter.column > BEST_WIDTH && at > 0 && at < last;
        if folds && letters.peek().is_some_and(|next| next.1 != ' ') {
            emitter.write_indent();
        } else {
            if letter == '\'' {
                emitter.put('\'');
            }
            emitter.put(letter);
        }
        after_space = is_space;
    }
    emitter.write_indicator("'", false, false, false);
    emitter.whitespace = false;
    emitter.indention = false;
}

/// Writes double-quoted text.
fn double_quoted(emitter: &mut Emitter, text: &str, may_fold: bool) {
    emitter.write_indicator("\"", true, false, false);
    // The emitter asks for a byte-order mark at the start of the text, whatever character it is at.
    let escapes_all = text.starts_with('\u{FEFF}');
    let mut after_space = false;
    let last = text.chars().count().saturating_sub(1);
    let mut letters = text.chars().enumerate().peekable();
    while let Some((at, letter)) = letters.next() {
        let is_printable = letter == '\n' || (' '..='~').contains(&letter) || is_wide_printable(letter);
        if escapes_all || !is_printable || matches!(letter, '\n' | '"' | '\\') {
            escape(emitter, letter);
            after_space = false;
        } else if letter == ' ' {
            if may_fold && !after_space && emitter.column > BEST_WIDTH && at > 0 && at < last {
                emitter.write_indent();
                if letters.peek().is_some_and(|next| next.1 == ' ') {
                    emitter.put('\\');
                }
            } else {
                emitter.put(letter);
            }
            after_space = true;
        } else {
            emitter.put(letter);
            after_space = false;
        }
    }
    emitter.write_indicator("\"", false, false, false);
    emitter.whitespace = false;
    emitter.indention = false;
}

/// Writes an escape.
fn escape(emitter: &mut Emitter, letter: char) {
    let short = match letter {
        '\0' => "0",
        '\u{7}' => "a",
        '\u{8}' => "b",
        '\t' => "t",
        '\n' => "n",
        '\u{B}' => "v",
        '\u{C}' => "f",
        '\r' => "r",
        '\u{1B}' => "e",
        '"' => "\"",
        '\\' => "\\",
        '\u{85}' => "N",
        '\u{A0}' => "_",
        '\u{2028}' => "L",
        '\u{2029}' => "P",
        _ => "",
    };
    let code = u32::from(letter);
    let escape = match code {
        _ if !short.is_empty() => format!("\\{short}"),
        0..=0xFF => format!("\\x{code:02X}"),
        0x100..=0xFFFF => format!("\\u{code:04X}"),
        _ => format!("\\U{code:08X}"),
    };
    escape.chars().for_each(|letter| emitter.put(letter));
}

/// Writes a literal block.
fn literal(emitter: &mut Emitter, text: &str) {
    emitter.write_indicator("|", true, false, false);
    if text.starts_with([' ', '\n']) {
        emitter.write_indicator("2", false, false, false);
    }
    if !text.ends_with('\n') {
        emitter.write_indicator("-", false, false, false);
    } else if text == "\n" || text.ends_with("\n\n") {
        emitter.write_indicator("+", false, false, false);
    }
    emitter.put_break();
    emitter.indention = true;
    emitter.whitespace = true;
    let mut at_line_start = true;
    for letter in text.chars() {
        if letter == '\n' {
            emitter.put_break();
            emitter.indention = true;
            at_line_start = true;
        } else {
            if at_line_start {
                emitter.write_indent();
            }
            emitter.put(letter);
            emitter.indention = false;
            at_line_start = false;
        }
    }
}

//! Which form a scalar takes: the one go-yaml wishes for, and libyaml's analysis of what its text allows.
//!
//! Called by `emit`, and where kustomize sets a field. Pure: text and wish in, form out.

use std::sync::LazyLock;

use regex::Regex;

use super::folded::is_wide_printable;
use super::resolve::{Dialect, Resolved, resolve};

/// The forms of a scalar in the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Without quotes.
    Plain,
    /// In single quotes.
    SingleQuoted,
    /// In double quotes.
    DoubleQuoted,
    /// As a literal block.
    Literal,
}

/// What the text of a scalar allows.
struct Allowed {
    /// Plain, outside brackets.
    plain: bool,
    /// Single quotes.
    single_quoted: bool,
    /// A block.
    block: bool,
}

/// The form go-yaml wants for a one-line string: plain if it reads back as a string there and to older readers.
pub(super) fn plain_wish(text: &str, dialect: Dialect) -> Form {
    static BASE_60: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$").expect("the pattern is constant")
    });
    let is_base_60 = || text.contains(':') && BASE_60.is_match(text);
    let is_string = |dialect| resolve(text, dialect) == Resolved::Str;
    // Version 3 resolves by its own rules but avoids the old booleans as well.
    let is_plain = text != "<<" && is_string(dialect) && is_string(Dialect::V2) && !is_base_60();
    if is_plain { Form::Plain } else { Form::DoubleQuoted }
}

/// Returns the form for `text` when `wish` is what the value asks for.
pub(super) fn choose(text: &str, wish: Form, is_simple_key: bool) -> Form {
    let allowed = analyze(text);
    match wish {
        Form::Plain if !text.is_empty() && allowed.plain => Form::Plain,
        Form::Plain | Form::SingleQuoted if allowed.single_quoted => Form::SingleQuoted,
        Form::Literal if allowed.block && !is_simple_key => Form::Literal,
        _ => Form::DoubleQuoted,
    }
}

/// What a walk over the text finds.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "six independent findings of one walk, as in libyaml")]
struct Findings {
    /// A space or break at either end.
    blank_end: bool,
    /// A space at the end.
    trailing_space: bool,
    /// A break followed by a space.
    break_space: bool,
    /// A space followed by a break.
    space_break: bool,
    /// A line break.
    line_break: bool,
    /// A character that must be escaped.
    special: bool,
}

/// Analyses a text.
fn analyze(text: &str) -> Allowed {
    if text.is_empty() {
        return Allowed { plain: true, single_quoted: true, block: false };
    }
    let found = walk(text);
    let is_special = found.space_break || found.special;
    Allowed {
        plain: !(has_indicator(text) || found.blank_end || found.break_space || is_special || found.line_break),
        single_quoted: !(found.break_space || is_special),
        block: !(found.trailing_space || is_special),
    }
}

/// Walks over a text.
fn walk(text: &str) -> Findings {
    let mut found = Findings::default();
    let (mut after_space, mut after_break) = (false, false);
    for letter in text.chars() {
        match letter {
            ' ' => found.break_space |= after_break,
            '\n' => {
                found.line_break = true;
                found.space_break |= after_space;
            }
            '!'..='~' => {}
            _ => found.special |= !is_wide_printable(letter),
        }
        (after_space, after_break) = (letter == ' ', letter == '\n');
    }
    found.trailing_space = after_space;
    found.blank_end = after_space || after_break || text.starts_with([' ', '\n']);
    found
}

/// Whether the text holds a mark that plain text outside brackets must not hold.
fn has_indicator(text: &str) -> bool {
    if text.starts_with("---") || text.starts_with("...") {
        return true;
    }
    let letters: Vec<char> = text.chars().collect();
    let is_followed_by_blank =
        |at: usize| letters.get(at + 1).is_none_or(|letter| matches!(letter, ' ' | '\t' | '\n' | '\r'));
    let first = match letters[0] {
        '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' => true,
        '?' | ':' | '-' => is_followed_by_blank(0),
        _ => false,
    };
    first
        || (1..letters.len()).any(|at| match letters[at] {
            ':' => is_followed_by_blank(at),
            '#' => matches!(letters[at - 1], ' ' | '\t' | '\n' | '\r' | '\0'),
            _ => false,
        })
}

//! Go regular expressions as Rust ones, for the part of the language that means the same in both.
//!
//! Used for image names and patch targets. A form outside that part is `Unsupported`, never a guess.

use regex::{Regex, RegexBuilder};

use super::fault::Fault;

/// Returns the Rust form of a Go pattern.
pub(super) fn translate(pattern: &str) -> Result<String, Fault> {
    let odd = || Fault::unsupported(format!("the regular expression `{pattern}`"));
    let mut out = String::with_capacity(pattern.len());
    let mut letters = pattern.chars().peekable();
    let mut in_class = false;
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next().ok_or_else(odd)? {
                'd' if !in_class => out.push_str("[0-9]"),
                'w' if !in_class => out.push_str("[0-9A-Za-z_]"),
                mark if mark.is_ascii_punctuation() => {
                    out.push('\\');
                    out.push(mark);
                }
                _ => return Err(odd()),
            },
            '[' | '&' | '~' if in_class => return Err(odd()),
            '[' => {
                in_class = true;
                out.push('[');
                if letters.peek() == Some(&'^') {
                    out.extend(letters.next());
                }
                if letters.peek() == Some(&']') {
                    return Err(odd());
                }
            }
            ']' => {
                in_class = false;
                out.push(']');
            }
            '-' if in_class && letters.peek() == Some(&'-') => return Err(odd()),
            '(' if !in_class && letters.peek() == Some(&'?') => {
                letters.next();
                if letters.next() != Some(':') {
                    return Err(odd());
                }
                out.push_str("(?:");
            }
            '{' | '}' if !in_class => return Err(odd()),
            letter => out.push(letter),
        }
    }
    Ok(out)
}

/// Compiles a translated pattern within bounds of memory.
pub(super) fn compile(pattern: &str) -> Result<Regex, Fault> {
    RegexBuilder::new(pattern)
        .size_limit(1 << 20)
        .dfa_size_limit(1 << 20)
        .nest_limit(50)
        .build()
        .map_err(|_| Fault::unsupported(format!("the regular expression `{pattern}`")))
}

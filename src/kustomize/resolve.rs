//! What a plain scalar means: go-yaml's rules, in the two dialects that a kustomize build passes through.
//!
//! Version 3 reads resources, version 2 reads kustomization files and decides which strings the output quotes. Called by
//! `parse`, `canonical`, `plain_data` and `emit`. It never looks at styles or tags.

use super::node::Tag;
use super::number::{self, Integer};
use super::timestamp;

/// The two go-yaml versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// go-yaml v2: `yes`, `on`, `y` are booleans.
    V2,
    /// go-yaml v3: they are strings.
    V3,
}

/// The value of a plain scalar.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Resolved {
    /// Null.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer that fits i64.
    Int(i64),
    /// An integer that fits u64 only.
    Uint(u64),
    /// A float.
    Float(f64),
    /// A time, in RFC 3339 form.
    Time(String),
    /// A string.
    Str,
}

impl Resolved {
    /// Returns the tag of the value.
    pub(super) fn tag(&self) -> Tag {
        match self {
            Self::Null => Tag::Null,
            Self::Bool(_) => Tag::Bool,
            Self::Int(_) | Self::Uint(_) => Tag::Int,
            Self::Float(_) => Tag::Float,
            Self::Time(_) => Tag::Timestamp,
            Self::Str => Tag::Str,
        }
    }
}

/// Returns what `text` is when it stands plain.
pub(super) fn resolve(text: &str, dialect: Dialect) -> Resolved {
    let Some(&first) = text.as_bytes().first() else { return Resolved::Null };
    let can_be_word = b"yYnNtTfFoO~.+-0123456789".contains(&first);
    if !can_be_word {
        return Resolved::Str;
    }
    if let Some(word) = word(text, dialect) {
        return word;
    }
    match first {
        b'.' => number::parse_float_strict(text).map_or(Resolved::Str, Resolved::Float),
        b'+' | b'-' | b'0'..=b'9' => {
            if let Some(time) = timestamp::parse(text) {
                return Resolved::Time(time);
            }
            digits(text, dialect)
        }
        _ => Resolved::Str,
    }
}

/// The words with a meaning of their own.
fn word(text: &str, dialect: Dialect) -> Option<Resolved> {
    Some(match text {
        "true" | "True" | "TRUE" => Resolved::Bool(true),
        "false" | "False" | "FALSE" => Resolved::Bool(false),
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" if dialect == Dialect::V2 => Resolved::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" if dialect == Dialect::V2 => Resolved::Bool(false),
        "~" | "null" | "Null" | "NULL" => Resolved::Null,
        ".nan" | ".NaN" | ".NAN" => Resolved::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Resolved::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Resolved::Float(f64::NEG_INFINITY),
        _ => return None,
    })
}

/// Integers and floats that begin with a digit or a sign.
fn digits(text: &str, dialect: Dialect) -> Resolved {
    let plain: String = text.chars().filter(|&letter| letter != '_').collect();
    if let Some(value) = number::parse_int_auto(&plain).or_else(|| binary_or_octal(&plain, dialect)) {
        return match value {
            Integer::Signed(value) => Resolved::Int(value),
            Integer::Unsigned(value) => Resolved::Uint(value),
        };
    }
    if number::is_yaml_float(&plain)
        && let Some(value) = number::parse_float(&plain)
    {
        return Resolved::Float(value);
    }
    Resolved::Str
}

/// The forms `0b…`, `-0b…`, `0o…` and `-0o…` with what go-yaml accepts after the mark, a second sign included.
fn binary_or_octal(plain: &str, dialect: Dialect) -> Option<Integer> {
    let radixes: &[(&str, u32)] = if dialect == Dialect::V3 { &[("b", 2), ("o", 8)] } else { &[("b", 2)] };
    for (mark, radix) in radixes {
        if let Some(rest) = plain.strip_prefix(&format!("0{mark}")) {
            return number::parse_radix(rest, *radix);
        }
        if let Some(rest) = plain.strip_prefix(&format!("-0{mark}")) {
            return match number::parse_radix(&format!("-{rest}"), *radix) {
                Some(Integer::Signed(value)) => Some(Integer::Signed(value)),
                _ => None,
            };
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_as_go_yaml_does() {
        for (text, want) in [
            ("0777", Resolved::Int(511)),
            ("0o777", Resolved::Int(511)),
            ("0x1F", Resolved::Int(31)),
            ("0b11", Resolved::Int(3)),
            ("1_000", Resolved::Int(1000)),
            ("1:30", Resolved::Str),
            ("08", Resolved::Float(8.0)),
            ("+12", Resolved::Int(12)),
            ("1e3", Resolved::Float(1000.0)),
            ("18446744073709551615", Resolved::Uint(u64::MAX)),
            (".5", Resolved::Float(0.5)),
            ("", Resolved::Null),
            ("yes", Resolved::Str),
            ("-", Resolved::Str),
        ] {
            assert_eq!(resolve(text, Dialect::V3), want, "{text}");
        }
        assert_eq!(resolve("yes", Dialect::V2), Resolved::Bool(true));
        assert_eq!(resolve("2001-01-01", Dialect::V3), Resolved::Time("2001-01-01T00:00:00Z".to_owned()));
    }
}

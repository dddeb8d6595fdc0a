//! Kubernetes quantities: amounts of storage, parsed once and compared in bytes; any others, compared as exact numbers.
//! Must round as Kubernetes does and never through floating point.

use std::fmt;

use serde::Serialize;

use crate::failure::{Failure, refused};

/// An amount of storage: the text as written and its bytes, rounded up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Quantity {
    /// As written.
    text: String,
    /// Bytes.
    bytes: u128,
}

/// Suffixes and their factors (Kubernetes API reference, "Quantity").
const SUFFIXES: [(&str, u128); 13] = [
    ("Ki", 1 << 10),
    ("Mi", 1 << 20),
    ("Gi", 1 << 30),
    ("Ti", 1 << 40),
    ("Pi", 1 << 50),
    ("Ei", 1 << 60),
    ("k", 1_000),
    ("M", 1_000_000),
    ("G", 1_000_000_000),
    ("T", 1_000_000_000_000),
    ("P", 1_000_000_000_000_000),
    ("E", 1_000_000_000_000_000_000),
    ("", 1),
];

/// A unit in billionths.
const NANO: u128 = 1_000_000_000;

/// Suffixes below one and their size in billionths.
const SMALL: [(&str, u128); 3] = [("m", 1_000_000), ("u", 1_000), ("n", 1)];

impl Quantity {
    /// Parses a positive quantity such as `500Gi` or `1.5T`.
    ///
    /// # Errors
    /// Refuses anything else.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let bytes = bytes(text).filter(|bytes| *bytes > 0);
        let fact = || refused(format!("size `{}` is not a quantity like `500Gi`", text.escape_debug()));
        Ok(Self { text: text.to_owned(), bytes: bytes.ok_or_else(fact)? })
    }

    /// Returns the bytes.
    pub fn bytes(&self) -> u128 {
        self.bytes
    }

    /// Returns `n` times this, in GiB rounded up, for people.
    pub fn times_in_gib(&self, n: u128) -> u128 {
        (self.bytes.saturating_mul(n)).div_ceil(1 << 30)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Returns the bytes a text means, rounded up; decimals up to nine digits.
fn bytes(text: &str) -> Option<u128> {
    let (number, factor) = split(text)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || whole.len() > 18 || fraction.len() > 9 || (number.contains('.') && fraction.is_empty()) {
        return None;
    }
    scaled(number, factor.checked_mul(NANO)?).map(|nanos| nanos.div_ceil(NANO))
}

/// Returns what a quantity of any kind (`1Gi`, `500m`, `-2`, `1e3`) means, in billionths, rounded away from zero as
/// Kubernetes rounds, and with a binary suffix at most 2^63-1 units; `None` where it is no quantity or too large to tell.
pub fn nanos(text: &str) -> Option<i128> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let nanos = i128::try_from(unsigned_nanos(unsigned)?).ok()?;
    Some(if text.starts_with('-') { -nanos } else { nanos })
}

/// Returns what a quantity without a sign means, in billionths.
fn unsigned_nanos(text: &str) -> Option<u128> {
    if let Some((number, factor)) = split(text) {
        let most = if text.ends_with('i') { i64::MAX.unsigned_abs().into() } else { u128::MAX / NANO };
        return scaled(number, factor.checked_mul(NANO)?).map(|nanos| nanos.min(most * NANO));
    }
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, suffix) = text.split_at(end);
    if let Some((_, nanos)) = SMALL.iter().find(|(name, _)| *name == suffix) {
        return scaled(number, *nanos);
    }
    let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
    let power = |exponent: i32| 10u128.checked_pow(exponent.unsigned_abs());
    match exponent.checked_add(9)? {
        nanos @ 0.. => scaled(number, power(nanos)?),
        nanos => scaled(number, 1).and_then(|_| scaled(&shifted(number, nanos.unsigned_abs())?, 1)),
    }
}

/// Returns a number with its decimal point moved to the left.
fn shifted(number: &str, places: u32) -> Option<String> {
    let places = usize::try_from(places).ok().filter(|places| *places < 64)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{}{whole}", "0".repeat(places));
    let (whole, moved) = digits.split_at(digits.len() - places);
    Some(format!("{whole}.{moved}{fraction}"))
}

/// Splits a text into its number and the factor of its suffix.
fn split(text: &str) -> Option<(&str, u128)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    SUFFIXES.iter().find(|(name, _)| *name == suffix).map(|(_, factor)| (number, *factor))
}

/// Returns a decimal number times a factor, rounded up.
fn scaled(number: &str, factor: u128) -> Option<u128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let fraction = fraction.trim_end_matches('0');
    let is_number = number.bytes().any(|byte| byte.is_ascii_digit()) && !fraction.contains('.');
    let digits = |text: &str| if text.is_empty() { Some(0) } else { text.parse::<u128>().ok() };
    let scale = 10u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let whole = digits(whole).filter(|_| is_number)?.checked_mul(factor)?;
    whole.checked_add(digits(fraction)?.checked_mul(factor)?.div_ceil(scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_suffixes_of_kubernetes() {
        let bytes = |text| Quantity::parse(text).unwrap().bytes();
        assert_eq!(bytes("1Gi"), 1 << 30);
        assert_eq!(bytes("1.5G"), 1_500_000_000);
        assert_eq!(bytes("512"), 512);
        assert_eq!(Quantity::parse("100Gi").unwrap().times_in_gib(3), 300);
        for bad in ["", "Gi", "0", "-1Gi", "1.Gi", "1 Gi", "1e3", "٣Gi"] {
            assert!(Quantity::parse(bad).is_err(), "{bad}");
        }
    }
    #[test]
    fn tells_equal_quantities_however_they_are_written() {
        let same = [
            ["1Gi", "1024Mi", "1073741824"],
            ["0.5", "500m", ".5"],
            ["1", "1.", "+1.000"],
            ["1e3", "1k", "1E+3"],
            ["-100u", "-0.1m", "-100000n"],
            ["1n", "0.1n", "1e-12"],
            ["25e-1", "2.5", "2500m"],
            ["0", "-0", "0Gi"],
            ["10Ei", "8Ei", "9223372036854775807"],
        ];
        for group in same {
            let nanos = group.map(nanos);
            assert!(nanos[0].is_some() && nanos.iter().all(|one| *one == nanos[0]), "{group:?} {nanos:?}");
        }
        let apart =
            ["1", "1k", "1Ki", "1m", "1M", "-1", "1.1", "0.3Gi", "9223372036854775807", "1Ei", "1E", "1e-9"].map(nanos);
        assert_eq!(std::collections::BTreeSet::from(apart).len(), apart.len());
        for bad in
            ["", ".", "-", "1.2.3", "Gi", "1 Gi", "1ki", "1e", "1e1.5", "--1", "+-1", "0x1", "1e99999999999", "٣"]
        {
            assert_eq!(nanos(bad), None, "{bad}");
        }
    }
}

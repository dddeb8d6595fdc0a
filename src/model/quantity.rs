//! Kubernetes quantities of storage, parsed once, compared in bytes.

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

/// Suffixes and their factors (Kubernetes API reference, "Quantity"); `m` is a thousandth.
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

/// Returns the bytes a text means; decimals up to nine digits.
fn bytes(text: &str) -> Option<u128> {
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, suffix) = text.split_at(split);
    let factor = SUFFIXES.iter().find(|(name, _)| *name == suffix)?.1;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || whole.len() > 18 || fraction.len() > 9 || (number.contains('.') && fraction.is_empty()) {
        return None;
    }
    let whole: u128 = whole.parse().ok()?;
    let scale = 10u128.pow(u32::try_from(fraction.len()).ok()?);
    let fraction: u128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    Some(whole * factor + (fraction * factor).div_ceil(scale))
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
}

//! The order of keys in the output: go-yaml v2's natural order.
//!
//! Letters after everything else, runs of digits as numbers (`goyaml.v2/sorter.go`). Pure.

use std::cmp::Ordering;
use std::sync::LazyLock;

use regex::Regex;

/// Compares two keys.
pub(super) fn compare(left: &str, right: &str) -> Ordering {
    if is_simple(left) && is_simple(right) {
        return left.cmp(right);
    }
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let Some(at) = left.iter().zip(&right).position(|(a, b)| a != b) else {
        return left.len().cmp(&right.len());
    };
    match (is_letter(left[at]), is_letter(right[at])) {
        (true, true) => left[at].cmp(&right[at]),
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => by_number(&left, &right, at),
    }
}

/// Whether a key has ASCII letters only: then byte order is the natural order.
fn is_simple(key: &str) -> bool {
    key.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Compares at the first difference, where neither side has a letter.
fn by_number(left: &[char], right: &[char], at: usize) -> Ordering {
    let mut start = 0i64;
    if left[at] == '0' || right[at] == '0' {
        let run = left[..at].iter().rev().take_while(|letter| is_digit(**letter));
        start = i64::from(run.into_iter().any(|digit| *digit != '0'));
    }
    let (left_number, left_end) = number(left, at, start);
    let (right_number, right_end) = number(right, at, start);
    left_number.cmp(&right_number).then(left_end.cmp(&right_end)).then(left[at].cmp(&right[at]))
}

/// The number at `at` and where it ends; like Go's, it wraps on overflow.
fn number(key: &[char], at: usize, start: i64) -> (i64, usize) {
    let mut value = start;
    let mut end = at;
    while end < key.len() && is_digit(key[end]) {
        value = value.wrapping_mul(10).wrapping_add(i64::from(u32::from(key[end])) - i64::from(u32::from('0')));
        end += 1;
    }
    (value, end)
}

/// Go's `unicode.IsLetter`.
fn is_letter(letter: char) -> bool {
    static LETTER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\p{L}").expect("the pattern is constant"));
    if letter.is_ascii() { letter.is_ascii_alphabetic() } else { LETTER.is_match(letter.encode_utf8(&mut [0; 4])) }
}

/// Go's `unicode.IsDigit`.
fn is_digit(letter: char) -> bool {
    static DIGIT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\p{Nd}").expect("the pattern is constant"));
    if letter.is_ascii() { letter.is_ascii_digit() } else { DIGIT.is_match(letter.encode_utf8(&mut [0; 4])) }
}

#[cfg(test)]
mod tests {
    use super::compare;

    #[test]
    fn sorts_naturally() {
        let mut keys = vec!["ab", "aB", "a10", "a9", "a_b", "a.b", "a-b", "a01", "a1"];
        keys.sort_by(|left, right| compare(left, right));
        assert_eq!(keys, ["a-b", "a.b", "a_b", "a1", "a01", "a9", "a10", "aB", "ab"]);
    }
}

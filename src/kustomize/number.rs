//! Numbers as Go reads and writes them.
//!
//! Pure text in, text out; used by `resolve`, `canonical`, `emit` and `json_patch`. It never rounds more than Go does.

/// An integer as Go reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Integer {
    /// It fits i64.
    Signed(i64),
    /// It fits u64 only.
    Unsigned(u64),
}

/// Reads an integer with the base its prefix names, as `strconv.ParseInt(s, 0, 64)` and then `ParseUint` do.
pub(super) fn parse_int_auto(text: &str) -> Option<Integer> {
    let (sign, body) = split_sign(text);
    let lower = body.get(..2).map(str::to_ascii_lowercase);
    let (digits, radix) = match lower.as_deref() {
        Some("0x") => (&body[2..], 16),
        Some("0b") => (&body[2..], 2),
        Some("0o") => (&body[2..], 8),
        _ if body.len() > 1 && body.starts_with('0') => (&body[1..], 8),
        _ => (body, 10),
    };
    from_parts(sign, digits, radix)
}

/// Reads an integer in a given base, a sign allowed, as Go's `ParseInt` and then `ParseUint` do.
pub(super) fn parse_radix(text: &str, radix: u32) -> Option<Integer> {
    let (sign, digits) = split_sign(text);
    from_parts(sign, digits, radix)
}

/// Splits an optional sign off.
fn split_sign(text: &str) -> (Option<char>, &str) {
    match text.as_bytes().first() {
        Some(b'+') => (Some('+'), &text[1..]),
        Some(b'-') => (Some('-'), &text[1..]),
        _ => (None, text),
    }
}

/// Builds the integer from its parts; only unsigned text may pass i64.
fn from_parts(sign: Option<char>, digits: &str, radix: u32) -> Option<Integer> {
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_alphanumeric()) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    match sign {
        Some('-') if magnitude <= 1 << 63 => Some(Integer::Signed(0i64.wrapping_sub_unsigned(magnitude))),
        Some('-') => None,
        _ => match i64::try_from(magnitude) {
            Ok(value) => Some(Integer::Signed(value)),
            Err(_) if sign.is_none() => Some(Integer::Unsigned(magnitude)),
            Err(_) => None,
        },
    }
}

/// Whether the text has go-yaml's float form.
pub(super) fn is_yaml_float(text: &str) -> bool {
    let body = split_sign(text).1;
    let (mantissa, exponent) = match body.find(['e', 'E']) {
        Some(at) => (&body[..at], Some(&body[at + 1..])),
        None => (body, None),
    };
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_mantissa = match mantissa.split_once('.') {
        Some(("", fraction)) => is_digits(fraction),
        Some((whole, fraction)) => is_digits(whole) && (fraction.is_empty() || is_digits(fraction)),
        None => is_digits(mantissa),
    };
    is_mantissa && exponent.is_none_or(|exponent| is_digits(split_sign(exponent).1))
}

/// Reads a float of go-yaml's form; out of range is no number, as in Go.
pub(super) fn parse_float(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|value| value.is_finite())
}

/// Reads text that begins with a dot as Go's `ParseFloat` does; underscores are refused there.
pub(super) fn parse_float_strict(text: &str) -> Option<f64> {
    if is_yaml_float(text) { parse_float(text) } else { None }
}

/// The shortest digits of a finite float and its decimal exponent: 0.d1d2… × 10^exponent.
fn shortest(value: f64) -> (bool, String, i32) {
    let text = format!("{value:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let is_negative = mantissa.starts_with('-');
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let exponent: i32 = exponent.parse().unwrap_or(0);
    (is_negative, digits, exponent + 1)
}

/// Writes a float without exponent.
fn positional(is_negative: bool, digits: &str, point: i32) -> String {
    let mut out = String::from(if is_negative { "-" } else { "" });
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    if point <= 0 {
        out.push_str("0.");
        out.extend((point..0).map(|_| '0'));
        out.push_str(digits);
    } else if count <= point {
        out.push_str(digits);
        out.extend((count..point).map(|_| '0'));
    } else {
        let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or(0));
        out.push_str(whole);
        out.push('.');
        out.push_str(fraction);
    }
    if digits == "0" {
        return format!("{}0", if is_negative { "-" } else { "" });
    }
    out
}

/// Writes a float with exponent; Go's `%e` has at least two exponent digits.
fn scientific(is_negative: bool, digits: &str, point: i32, width: usize) -> String {
    let (first, rest) = digits.split_at(1);
    let exponent = point - 1;
    let sign = if is_negative { "-" } else { "" };
    let dot = if rest.is_empty() { "" } else { "." };
    let mark = if exponent < 0 { '-' } else { '+' };
    format!("{sign}{first}{dot}{rest}e{mark}{:0width$}", exponent.abs())
}

/// Writes a float as Go's `encoding/json` does.
pub(super) fn json_float(value: f64) -> String {
    let (is_negative, digits, point) = shortest(value);
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        // Go cleans e-09 to e-9, and never needs it for the positive side.
        return scientific(is_negative, &digits, point, if size < 1e-6 { 1 } else { 2 });
    }
    positional(is_negative, &digits, point)
}

/// Writes a float as Go's `FormatFloat(v, 'g', -1, 64)` does.
pub(super) fn shortest_float(value: f64) -> String {
    let (is_negative, digits, point) = shortest(value);
    if value != 0.0 && !(-3..=6).contains(&point) {
        return scientific(is_negative, &digits, point, 2);
    }
    positional(is_negative, &digits, point)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_floats_as_go_does() {
        for (value, json, general) in [
            (1.0, "1", "1"),
            (0.1, "0.1", "0.1"),
            (0.000_01, "0.00001", "1e-05"),
            (12_345_678.9, "12345678.9", "1.23456789e+07"),
            (1e21, "1e+21", "1e+21"),
            (1e-7, "1e-7", "1e-07"),
            (-0.0, "-0", "-0"),
            (123_456.5, "123456.5", "123456.5"),
            (1e6, "1000000", "1e+06"),
            (0.0001, "0.0001", "0.0001"),
        ] {
            assert_eq!(json_float(value), json);
            assert_eq!(shortest_float(value), general);
        }
    }
}

//! Percent encoding: texts as parts of a URL, and back. Used where a room writes a URL or takes one apart.
//! Must never leave a character plain that could end the part it stands in.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// All but what RFC 3986 calls unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same, slashes left out.
const IN_PATH: &AsciiSet = &RESERVED.remove(b'/');

/// Returns a text as one segment of a path, or one value of a query.
pub fn segment(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Returns a text as a path, whose slashes stay.
pub fn path(text: &str) -> String {
    utf8_percent_encode(text, IN_PATH).to_string()
}

/// Returns a text as it is meant; what is encoded badly stays, what is no UTF-8 becomes U+FFFD.
pub fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_holds_no_slash_and_a_path_keeps_its_own() {
        assert_eq!(segment("leeward/a b#ö~._-"), "leeward%2Fa%20b%23%C3%B6~._-");
        assert_eq!(path("leeward/a b#ö~._-"), "leeward/a%20b%23%C3%B6~._-");
        assert_eq!(decoded(&segment("leeward/a b#ö%")), "leeward/a b#ö%");
    }

    #[test]
    fn what_is_encoded_badly_stays_as_it_is() {
        assert_eq!(decoded("p%40ss %zz %4"), "p@ss %zz %4");
        assert_eq!(decoded("%ff"), "\u{fffd}");
    }
}

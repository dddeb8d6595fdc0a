//! One line as people pasted it: terminal colours and quoting taken off, secrets masked, cut to what can be shown; and the
//! facts that stand in it beside the cause, such as the operation and the endpoint.

use std::sync::LazyLock;

use memchr::memchr;
use regex::{Captures, Regex};

use crate::model::place::authority_of;

/// The most bytes of a line that are looked at around what was found in it.
pub(super) const WINDOW: usize = 4096;
/// The most characters of a line that are shown.
const SHOWN: usize = 240;

/// Colours and cursor movements of terminals.
static ESCAPES: LazyLock<Regex> =
    LazyLock::new(|| regex(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])"));
/// `when calling the PutObject operation`.
static OPERATION: LazyLock<Regex> = LazyLock::new(|| regex(r"when calling the ([A-Za-z0-9]{2,40}) operation"));
/// A URL up to its path.
static URL: LazyLock<Regex> = LazyLock::new(|| regex(r#"https?://[^\s"'/\\<>,;)]+"#));
/// Any URL, its scheme apart; a host that is being looked up.
static NAMES: LazyLock<[Regex; 2]> =
    LazyLock::new(|| [regex(r#"(?i)\b((?:https?|s3)://)[^\s"'\\<>,;)]+"#), regex(r"(\blookup )\S+")]);
/// What an operation of a Go client, `mc` or xbcloud is in S3's words.
const OPERATIONS: [(&str, &str); 7] = [
    ("failed to upload object", "PutObject"),
    ("put object", "PutObject"),
    ("unable to list", "ListObjectsV2"),
    ("list objects", "ListObjectsV2"),
    ("failed to delete", "DeleteObject"),
    ("unable to remove", "DeleteObject"),
    ("bucket exists", "HeadBucket"),
];

/// Returns a line as text without colours, as it is masked and saved.
pub(super) fn bare(line: &[u8]) -> String {
    uncoloured(line).trim_end().to_owned()
}

/// Returns a part of a line as text without colours.
pub(super) fn uncoloured(part: &[u8]) -> String {
    let text = String::from_utf8_lossy(part);
    if memchr(b'\x1b', part).is_none() { text.into_owned() } else { ESCAPES.replace_all(&text, "").into_owned() }
}

/// Returns a masked line without the quoting of what was quoted once more, as the table reads it.
pub(super) fn unquoted(line: &str) -> String {
    // Logs in JSON and xtrace write quotes so.
    line.replace("\\\"", "\"")
}

/// Returns the part of a masked line around an offset.
pub(super) fn around(line: &str, at: usize) -> &str {
    let (start, end) = window(line.len(), at);
    line[line.ceil_char_boundary(start)..line.floor_char_boundary(end)].trim()
}

/// Returns a line without the names that people chose, hosts, buckets and keys of URLs, which may be any words; URLs of the
/// Kubernetes API stay, since they tell who is asked.
pub(super) fn without_names(line: &str) -> String {
    let [url, lookup] = &*NAMES;
    let bare = url.replace_all(line, |found: &Captures<'_>| {
        let is_kubernetes = ["/api/v1", "/apis/"].iter().any(|path| found[0].contains(path));
        if is_kubernetes { found[0].to_owned() } else { format!("{}url", &found[1]) }
    });
    if bare.contains("://url") { lookup.replace_all(&bare, "${1}host").into_owned() } else { bare.into_owned() }
}

/// Returns the bounds of what is looked at.
fn window(length: usize, at: usize) -> (usize, usize) {
    if length <= WINDOW {
        return (0, length);
    }
    let start = at.saturating_sub(WINDOW / 2).min(length - WINDOW);
    (start, start + WINDOW)
}

/// Returns the operation of S3 that a line names.
pub(super) fn operation(line: &str) -> Option<String> {
    if let Some(found) = OPERATION.captures(line) {
        return Some(found[1].to_owned());
    }
    let lower = line.to_ascii_lowercase();
    OPERATIONS.iter().find(|(words, _)| lower.contains(words)).map(|(_, operation)| (*operation).to_owned())
}

/// Returns the host and port of the first URL in a line.
pub(super) fn endpoint(line: &str) -> Option<String> {
    URL.find(line)
        .map(|found| authority_of(found.as_str().trim_end_matches([':', '.'])))
        .filter(|authority| !authority.is_empty())
}

/// Returns a masked line as it is shown: the part around a text, when the whole is too long.
pub(super) fn shown(line: &str) -> String {
    let line = line.trim();
    if line.chars().count() <= SHOWN {
        return line.to_owned();
    }
    let kept: String = line.chars().take(SHOWN).collect();
    format!("{kept}…")
}

/// Returns a pattern of this room.
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant that the tests compile")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_off_colours_and_the_quoting_of_json() {
        let line = bare(b"\x1b[31merror\x1b[0m: secret \\\"x\\\" not found\r");
        assert_eq!(unquoted(&line), "error: secret \"x\" not found");
        assert_eq!(bare(b"caf\xe9 \xff"), "caf\u{fffd} \u{fffd}");
        let long = format!("{}AccessDenied{}", "\u{e4}".repeat(5_000), "b".repeat(10_000));
        let shown = around(&long, 10_000);
        assert!(shown.contains("AccessDenied") && shown.len() <= WINDOW, "{}", shown.len());
    }

    #[test]
    fn reads_operation_and_endpoint() {
        assert_eq!(operation("when calling the PutObject operation: x").as_deref(), Some("PutObject"));
        assert_eq!(operation("mc: <ERROR> Unable to list folder. Access Denied.").as_deref(), Some("ListObjectsV2"));
        assert_eq!(operation("nothing"), None);
        let line = r#"Head "https://u:p@MinIO.a.example:9000/pxc/": dial tcp"#;
        assert_eq!(endpoint(line).as_deref(), Some("minio.a.example:9000"));
        assert_eq!(endpoint("list: https://minio:9000: no answer").as_deref(), Some("minio:9000"));
        assert_eq!(endpoint("no url"), None);
    }
}

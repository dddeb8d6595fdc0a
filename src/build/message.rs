//! What a program complained about → a fact for a person: no warnings, no prefixes, no time stamps.

/// What klog writes around an error, after its header of time and process.
const KLOG: &str = "\"command failed\" err=\"";

/// Returns the fact in a program's complaint.
pub(super) fn fact(complaint: &str) -> String {
    let lines: Vec<&str> = complaint.lines().filter(|line| !line.starts_with("# Warning")).map(str::trim_end).collect();
    let text = lines.join("\n");
    let text = text.trim();
    let text = match text.split_once(KLOG) {
        Some((_, quoted)) => unquote(quoted.strip_suffix('"').unwrap_or(quoted)),
        None => text.strip_prefix("Error: ").or_else(|| text.strip_prefix("error: ")).unwrap_or(text).to_owned(),
    };
    if text.is_empty() { "it failed without a word".to_owned() } else { text }
}

/// Undoes Go's quoting as far as messages need it.
fn unquote(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => plain.push('\n'),
                Some('t') => plain.push('\t'),
                other => plain.extend(other),
            },
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_fact_is_left() {
        assert_eq!(fact("# Warning: 'bases' is deprecated.\nError: no such file\n"), "no such file");
        assert_eq!(fact("error: bad\n"), "bad");
        let klog = "E1122 23:55:36.939960   31980 run.go:72] \"command failed\" err=\"at \\\"x\\\": a\\\\b\"\n";
        assert_eq!(fact(klog), "at \"x\": a\\b");
        assert_eq!(fact(""), "it failed without a word");
    }
}

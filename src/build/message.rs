//! What a program complained about → a fact for a person: no warnings, no prefixes, no time stamps.

/// What klog writes before an error, after its header of time and process.
const KLOG: &str = "\"command failed\" err=";

/// Returns the fact in a program's complaint.
pub(super) fn fact(complaint: &str) -> String {
    let lines = complaint.lines().filter(|line| !line.starts_with("# Warning"));
    let lines: Vec<&str> = lines.map(|line| without_header(line).trim_end()).collect();
    let text = lines.join("\n");
    let text = text.trim();
    let text = match text.split_once(KLOG) {
        Some((_, error)) => match (error.strip_prefix("<\n"), error.strip_prefix('"')) {
            (Some(block), _) => unblock(block),
            (_, quoted) => unquote(quoted.and_then(|quoted| quoted.strip_suffix('"')).unwrap_or(error)),
        },
        None => text.strip_prefix("Error: ").or_else(|| text.strip_prefix("error: ")).unwrap_or(text).to_owned(),
    };
    if text.is_empty() { "it failed without a word".to_owned() } else { text }
}

/// Returns a line without klog's header: `E1123 01:22:52.903680    9005 run.go:72] `.
fn without_header(line: &str) -> &str {
    let is_header = |header: &str| {
        let (level, date) = header.split_at_checked(1).unwrap_or_default();
        "IWEF".contains(level) && date.len() >= 5 && date.as_bytes()[..4].iter().all(u8::is_ascii_digit)
    };
    line.split_once("] ").filter(|(header, _)| is_header(header)).map_or(line, |(_, rest)| rest)
}

/// Undoes klog's block: a tab before every line, a closing bracket after the last.
fn unblock(block: &str) -> String {
    let lines = block.strip_suffix("\n >").unwrap_or(block).lines();
    lines.map(|line| line.strip_prefix('\t').unwrap_or(line)).collect::<Vec<_>>().join("\n")
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
        assert_eq!(fact("W1123 01:22:52.903680    9005 x.go:1] slow\nerror: bad\n"), "slow\nerror: bad");
        assert_eq!(fact(""), "it failed without a word");
    }

    #[test]
    fn several_lines_lose_their_frame() {
        // kubectl 1.32.4, literally.
        let klog = "E1123 01:22:52.903680    9005 run.go:72] \"command failed\" err=<\n\
                    \ttrouble configuring builtin PatchTransformer with config: `\n\
                    \tpatch: 'a: ['\n\
                    \t`: unable to parse SM or JSON patch from [patch: \"a: [\"]\n \
                    >\n";
        let want = "trouble configuring builtin PatchTransformer with config: `\npatch: 'a: ['\n`: unable to parse SM or JSON patch from [patch: \"a: [\"]";
        assert_eq!(fact(klog), want);
    }
}

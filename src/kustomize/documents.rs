//! A file's bytes as text, cut into YAML documents the way kustomize cuts them.
//!
//! First step of `read`. It refuses what YAML readers disagree about; it never repairs text.

use super::fault::Fault;

/// Returns the text of a file: UTF-8 without a byte-order mark, CRLF turned into LF.
pub(super) fn text_of(bytes: &[u8]) -> Result<String, Fault> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(Fault::unsupported("UTF-16 text"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Fault::invalid("not UTF-8 text"))?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text).replace("\r\n", "\n");
    check_letters(&text)?;
    if text.starts_with('%') || text.contains("\n%") {
        return Err(Fault::unsupported("a YAML directive"));
    }
    if text.contains('\t') && text.lines().any(has_tab_after_dash) {
        return Err(Fault::unsupported("a tab after `-`"));
    }
    Ok(text)
}

/// Whether a line has a tab among the marks it begins with: go-yaml takes none there, the parser does.
fn has_tab_after_dash(line: &str) -> bool {
    let rest = line.trim_start_matches(' ');
    rest.starts_with('-') && rest.trim_start_matches(['-', ' ']).starts_with('\t')
}

/// Refuses the characters that YAML 1.1 readers reject, or that YAML 1.1 and 1.2 read differently.
fn check_letters(text: &str) -> Result<(), Fault> {
    if text.bytes().all(|byte| matches!(byte, b'\t' | b'\n' | b' '..=b'~')) {
        return Ok(());
    }
    for letter in text.chars() {
        match letter {
            '\t' | '\n' | ' '..='~' => {}
            '\r' => return Err(Fault::unsupported("a carriage return inside a line")),
            '\u{85}' | '\u{2028}' | '\u{2029}' => return Err(Fault::unsupported("a Unicode line break")),
            '\u{FEFF}' => return Err(Fault::unsupported("a byte-order mark inside the text")),
            '\0'..='\u{9F}' | '\u{FFFE}' | '\u{FFFF}' => {
                return Err(Fault::invalid("control characters are not allowed"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Cuts at the lines that begin with `---`; text after the mark other than a comment is an error.
pub(super) fn split(text: &str) -> Result<Vec<&str>, Fault> {
    let mut documents = Vec::new();
    let mut start = 0;
    let mut from = 0;
    while let Some(at) = text[from..].find("\n---").map(|at| at + from) {
        let line_start = at + 4;
        let Some(line_end) = text[line_start..].find('\n').map(|end| end + line_start) else { break };
        let rest = text[line_start..line_end].trim();
        if !rest.is_empty() && !rest.starts_with('#') {
            return Err(Fault::invalid(format!("invalid document separator `---{rest}`")));
        }
        // The line break before the mark belongs to the document: a block scalar may end there.
        documents.push(&text[start..=at]);
        start = line_end + 1;
        from = start;
    }
    documents.push(&text[start..]);
    Ok(documents)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn cuts_where_kustomize_cuts() {
        assert_eq!(split("a: 1\n---\nb: 2\n").unwrap(), ["a: 1\n", "b: 2\n"]);
        assert_eq!(split("---\na: 1\n--- # x\n---\nb: 2").unwrap(), ["---\na: 1\n", "---\nb: 2"]);
        assert!(split("a: 1\n--- b\nc: 2\n").is_err());
        assert_eq!(split("a: 1\n---").unwrap(), ["a: 1\n---"]);
    }
}

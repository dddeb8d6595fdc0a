//! Masking: what could be a secret in an object or a text becomes `***` before anybody reads it (law 4).
//! Which values those are says [`crate::model::secret`].

use saphyr_parser::{Event, Parser, ScalarStyle};

/// Returns a text without secrets and without user parts of URLs.
pub fn masked(text: &str, secrets: &[String]) -> String {
    let without = secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "***"));
    let mut masked = String::with_capacity(without.len());
    let mut rest = without.as_str();
    while let Some((before, after)) = rest.split_once("://") {
        masked.push_str(before);
        masked.push_str("://");
        rest = match user_end(after) {
            Some(at) => {
                masked.push_str("***");
                &after[at..]
            }
            None => after,
        };
    }
    masked.push_str(rest);
    masked
}

/// Returns a YAML text whose values are without secrets, however the text quotes and wraps them; empty where it is no
/// YAML, since what cannot be read cannot be masked.
pub fn masked_yaml(text: &str, secrets: &[String]) -> String {
    let mut offsets: Vec<usize> = text.char_indices().map(|(offset, _)| offset).collect();
    offsets.push(text.len());
    let (mut out, mut done) = (String::with_capacity(text.len()), 0);
    for event in Parser::new_from_str(text) {
        let Ok((event, span)) = event else { return String::new() };
        let Event::Scalar(value, style, ..) = event else { continue };
        let shown = masked(&value, secrets);
        let bounds = (offsets.get(span.start.index()), offsets.get(span.end.index()));
        if let (true, (Some(&start), Some(&end))) = (*value != *shown, bounds) {
            let (Some(before), Some(written)) = (text.get(done..start), text.get(start..end)) else {
                return String::new();
            };
            let indent = before.rsplit('\n').next().unwrap_or_default();
            let shown = match style {
                ScalarStyle::Literal | ScalarStyle::Folded => {
                    shown.trim_end().replace('\n', &format!("\n{}", " ".repeat(indent.chars().count())))
                }
                _ => shown.escape_debug().to_string(),
            };
            out.extend([before, &shown, &written[written.trim_end().len()..]]);
            done = end;
        }
    }
    out + text.get(done..).unwrap_or_default()
}

/// Returns where the `@` behind the user part of a URL stands, in the text behind its scheme; a password may hold slashes.
fn user_end(after: &str) -> Option<usize> {
    let ends_url = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`');
    let url = &after[..after.find(ends_url).unwrap_or(after.len())];
    let authority = url.split('/').next().unwrap_or_default();
    let has_port = authority.rsplit_once(':').is_none_or(|(_, port)| port.chars().all(|c| c.is_ascii_digit()));
    if has_port && !authority.contains('@') { None } else { url.rfind('@') }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_literal_keys_and_user_parts_of_urls() {
        let secrets = ["sesame".to_owned()];
        assert_eq!(masked("see https://u:p/q@minio:9000, then", &[]), "see https://***@minio:9000, then");
        assert_eq!(masked("https://git.example:8443/org/repo@v1", &[]), "https://git.example:8443/org/repo@v1");
        let text = "value: sesame\nurl: https://u:p@minio:9000/x\nother: http://minio a@b\n";
        assert_eq!(masked(text, &secrets), "value: ***\nurl: https://***@minio:9000/x\nother: http://minio a@b\n");
    }

    #[test]
    fn masks_values_however_yaml_writes_them() {
        let secrets: Vec<String> = ["it's a: 'sec' !", "one two", "first\nsecond\n"].map(str::to_owned).into();
        let text = "a: 'it''s a: ''sec'' !'\nb: \"one\n  two\"\nc: |\n  first\n  second\nd:\n- e: |-\n    first\n    second\n\n    x\nf: g\n";
        let shown = masked_yaml(text, &secrets);
        assert_eq!(shown, "a: ***\nb: ***\nc: |\n  ***\nd:\n- e: |-\n    ***\n    x\nf: g\n");
        assert_eq!(masked_yaml("a: [", &secrets), "");
    }
}

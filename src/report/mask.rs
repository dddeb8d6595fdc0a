//! Masking: what could be a secret in an object or a text becomes `***` before anybody reads it (law 4).
//! Which values those are says [`crate::model::secret`].

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
}

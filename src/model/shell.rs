//! Text as one word of a POSIX shell: hints are typed, and what they name comes from a repository.

/// Returns a text as one word of a POSIX shell.
pub fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | ':' | '=' | '@' | ',' | '+');
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makes_one_word_of_any_text() {
        assert_eq!(quoted("prod:pxc-a/cluster1"), "prod:pxc-a/cluster1");
        assert_eq!(quoted("minio a; rm -rf ~"), "'minio a; rm -rf ~'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted(""), "''");
    }
}

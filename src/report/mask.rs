//! Masking: what could be a secret in an object or a text becomes `***` before anybody reads it (law 4).

use serde_json::Value;

/// Words in the name of an environment variable that make its value a secret.
const SECRET_WORDS: [&str; 6] = ["KEY", "SECRET", "TOKEN", "PASSW", "CREDENTIAL", "AUTH"];

/// Returns the values in an object that could be secrets: literal environment variables with a telling name.
pub fn secrets_in(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(value, &mut found);
    // The longest first: one secret may be part of another.
    found.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    found
}

/// Collects secrets from a value.
fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            let text = |field: &str| fields.get(field).and_then(Value::as_str);
            if let (Some(name), Some(secret)) = (text("name"), text("value"))
                && is_secret_name(name)
                && !secret.is_empty()
            {
                found.push(secret.to_owned());
            }
            fields.values().for_each(|value| collect(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}

/// Returns whether an environment variable of this name holds a secret.
fn is_secret_name(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    SECRET_WORDS.iter().any(|word| upper.contains(word))
}

/// Returns a text without secrets and without user parts of URLs.
pub fn masked(text: &str, secrets: &[String]) -> String {
    let without = secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "***"));
    let mut masked = String::with_capacity(without.len());
    let mut rest = without.as_str();
    while let Some((before, after)) = rest.split_once("://") {
        masked.push_str(before);
        masked.push_str("://");
        let ends_url = |c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | '`');
        let end = after.find(ends_url).unwrap_or(after.len());
        rest = match after[..end].rfind('@') {
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn masks_literal_keys_and_user_parts_of_urls() {
        let object = json!({"containerOptions": {"env": [
            {"name": "AWS_SECRET_ACCESS_KEY", "value": "sesame"},
            {"name": "VERIFY_TLS", "value": "false"},
        ]}});
        let secrets = secrets_in(&object);
        assert_eq!(secrets, ["sesame"]);
        let text = "value: sesame\nurl: https://u:p@minio:9000/x\nother: http://minio a@b\n";
        assert_eq!(masked(text, &secrets), "value: ***\nurl: https://***@minio:9000/x\nother: http://minio a@b\n");
    }
}

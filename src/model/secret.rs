//! What in an object could be a secret although it is written out: a value beside a telling name, the user of a URL.
//! Errs on the side of secrets: what is one too many is masked, what is missed is printed (design.md law 4).

use serde_json::Value;

/// Words in the name of a variable or an option that make its value a secret.
const WORDS: [&str; 6] = ["KEY", "SECRET", "TOKEN", "PASSW", "CREDENTIAL", "AUTH"];

/// Returns the values in an object that could be secrets, the longest first: environment variables and options of
/// programs with a telling name, users and passwords of endpoints.
pub fn secrets_in(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(value, &mut found);
    // One secret may be part of another.
    found.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    found
}

/// Collects secrets from a value.
fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            let text = |field: &str| fields.get(field).and_then(Value::as_str);
            if let (Some(name), Some(secret)) = (text("name"), text("value")) {
                found.extend(secret_of(name, secret));
            }
            found.extend(text("endpointUrl").into_iter().flat_map(user_part));
            for value in fields.values() {
                collect(value, found);
            }
        }
        Value::Array(items) => {
            let options = items.iter().filter_map(Value::as_str).filter_map(|item| item.split_once('='));
            found.extend(options.filter_map(|(name, secret)| secret_of(name, secret)));
            for item in items {
                collect(item, found);
            }
        }
        _ => {}
    }
}

/// Returns the user and password of a URL, together and the password by itself.
fn user_part(url: &str) -> Vec<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let Some((user, _)) = rest.rsplit_once('@') else { return Vec::new() };
    let password = user.split_once(':').map(|(_, password)| password);
    [Some(user), password].into_iter().flatten().filter(|text| !text.is_empty()).map(str::to_owned).collect()
}

/// Returns a value where its name says that it is a secret.
fn secret_of(name: &str, value: &str) -> Option<String> {
    let upper = name.to_ascii_uppercase();
    let is_secret = !value.is_empty() && WORDS.iter().any(|word| upper.contains(word));
    is_secret.then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn finds_variables_and_options_with_telling_names() {
        let object = json!({"containerOptions": {
            "env": [
                {"name": "AWS_SECRET_ACCESS_KEY", "value": "sesame"},
                {"name": "FROM_ELSEWHERE_KEY", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "a"}}},
                {"name": "VERIFY_TLS", "value": "false"},
            ],
            "args": {"xbcloud": ["--s3-secret-key=open sesame", "--parallel=8"]},
        }});
        assert_eq!(secrets_in(&object), ["open sesame", "sesame"]);
    }

    #[test]
    fn finds_the_password_in_an_endpoint_with_and_without_a_scheme() {
        let of = |url: &str| secrets_in(&json!({"s3": {"endpointUrl": url}}));
        assert_eq!(of("https://key:open/sesame@minio:9000"), ["key:open/sesame", "open/sesame"]);
        assert_eq!(of("key:sesame@minio:9000"), ["key:sesame", "sesame"]);
        assert!(of("https://minio:9000").is_empty());
    }
}

//! What counts as a secret, on objects that hold some.

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

#[test]
fn finds_keys_pairs_headers_and_scripts_but_no_references() {
    let object = json!({
        "annotations": {"vault.example/token": "sesame-a", "x/secret": "sesame-b", "note": "Bearer sesame-c"},
        "password": "sesame-d", "credentialsSecret": "keys", "secretsName": "users", "caBundle": {"key": "ca.crt"},
        "secretKeyRef": {"name": "keys", "key": "token"}, "topologyKey": "zone", "tokenExpirationSeconds": 3600,
        "env": [{"name": "GPG_PASSPHRASE", "value": "sesame-e"}, {"name": "MY_PWD", "value": "sesame-f"},
            {"name": "AUTH_ON", "value": "true"}],
        "args": ["--s3-secret-key", "sesame-g", "--header=Authorization: Bearer sesame-h", "-H", "X-Key: sesame-i"],
        "command": ["sh", "-c", "run --api-token sesame-j --verbose"],
        "configuration": "[client]\npassword = sesame-k\nforeign_key_checks=1\n",
        "last": "{\"password\":\"sesame-l\"}",
    });
    let found = secrets_in(&object);
    for letter in 'a'..='l' {
        assert!(found.contains(&format!("sesame-{letter}")), "{letter}: {found:?}");
    }
    assert!(found.iter().all(|secret| secret.contains("sesame")), "{found:?}");
}

#[test]
fn keys_speak_of_secrets_however_they_are_written() {
    for key in ["password", "passwd", "accessKey", "secret-key", "SECRET_ID", "x/api.key", "clientSecret"] {
        assert!(speaks_of_secrets(key), "{key}");
    }
    for key in ["secretName", "key", "topologyKey", "namespace"] {
        assert!(!speaks_of_secrets(key), "{key}");
    }
}

#[test]
fn finds_every_form_a_secret_is_written_in() {
    let found = secrets_in(&json!({"password": "it's a: \"sec\"\nsecond line\nx"}));
    for form in ["it''s a: \"sec\"", "it's a: \\\"sec\\\"", "second line"] {
        assert!(found.contains(&form.to_owned()), "{form}: {found:?}");
    }
    assert!(!found.contains(&"x".to_owned()), "{found:?}");
}

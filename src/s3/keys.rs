//! The keys of a place: from a file as people keep them, or from a Secret as the operator reads it. Must never show a value:
//! what is wrong is said by name and line.

use base64::Engine as _;
use secrecy::SecretString;
use serde_json::Value;

use crate::failure::{Failure, refused};

/// The names under which keys are kept, in files and in the operator's Secrets.
const NAMES: [&str; 3] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];
/// The section of a file of the aws CLI that is taken where it has several.
const SECTION: &str = "default";

/// The keys of a place.
#[derive(Debug, Clone)]
pub struct Keys {
    /// The access key.
    pub access: SecretString,
    /// The secret key.
    pub secret: SecretString,
    /// The session token.
    pub token: Option<SecretString>,
    /// Where they come from, for people: `of file …`.
    pub from: String,
}

impl Keys {
    /// Returns keys by their names; `None` where the access key or the secret key is missing.
    pub fn named(mut value: impl FnMut(&str) -> Option<String>, from: impl Into<String>) -> Option<Self> {
        let mut of = |name| value(name).filter(|text| !text.is_empty()).map(SecretString::from);
        let [access, secret, token] = NAMES.map(&mut of);
        Some(Self { access: access?, secret: secret?, token, from: from.into() })
    }

    /// Reads `AWS_ACCESS_KEY_ID=…` lines, or the `[default]` section of a file of the aws CLI.
    ///
    /// # Errors
    /// Refuses a file that does not hold both keys.
    pub fn of_file(text: &str, from: impl Into<String>) -> Result<Self, Failure> {
        let sections = sections(text);
        let has_keys = |section: &&Section| NAMES[..2].iter().all(|name| section.value(name).is_some());
        let whole: Vec<&Section> = sections.iter().filter(has_keys).collect();
        let hint = "--credentials FILE";
        let section = match whole.as_slice() {
            [only] => only,
            [] => return Err(refused(format!("it has no `{}` with `{}`", NAMES[0], NAMES[1])).hint(hint)),
            several => several.iter().find(|section| section.name == SECTION).ok_or_else(|| {
                refused(format!("it has several sections with keys and none is `[{SECTION}]`")).hint(hint)
            })?,
        };
        Ok(Self::named(|name| section.value(name), from).expect("the section has both keys"))
    }

    /// Reads the Secret that a storage's `credentialsSecret` names.
    ///
    /// # Errors
    /// Says which key the Secret lacks, as the pod's event would.
    pub fn of_secret(secret: &Value, from: impl Into<String>) -> Result<Self, String> {
        let from = from.into();
        let decoded = |name: &str| {
            let bytes =
                base64::engine::general_purpose::STANDARD.decode(secret.pointer("/data")?.get(name)?.as_str()?).ok()?;
            String::from_utf8(bytes).ok().filter(|text| !text.is_empty())
        };
        let missing = NAMES[..2].iter().find(|name| decoded(name).is_none());
        match missing {
            Some(name) => Err(format!("couldn't find key {name} in {from}")),
            None => Ok(Self::named(decoded, format!("of {from}")).expect("the Secret has both keys")),
        }
    }
}

/// A section of a file, or all of one that has none.
struct Section {
    /// Its name.
    name: String,
    /// Names in upper case, and values.
    values: Vec<(String, String)>,
}

impl Section {
    /// Returns a value by its name.
    fn value(&self, name: &str) -> Option<String> {
        self.values
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
            .filter(|value| !value.is_empty())
    }
}

/// Reads a file's sections.
fn sections(text: &str) -> Vec<Section> {
    let mut sections = vec![Section { name: String::new(), values: Vec::new() }];
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            sections.push(Section { name: name.trim().to_owned(), values: Vec::new() });
        } else if let Some((name, value)) = line.strip_prefix("export ").unwrap_or(line).split_once('=') {
            let value = value.trim();
            let quoted = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
            let pair = (name.trim().to_ascii_uppercase(), quoted.unwrap_or(value).to_owned());
            sections.last_mut().expect("there is one").values.push(pair);
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;
    use serde_json::json;

    use super::*;

    /// Returns both keys as text.
    fn shown(keys: &Keys) -> (&str, &str, Option<&str>) {
        (keys.access.expose_secret(), keys.secret.expose_secret(), keys.token.as_ref().map(SecretString::expose_secret))
    }

    #[test]
    fn reads_keys_as_people_keep_them() {
        let of = |text: &str| Keys::of_file(text, "x").unwrap();
        let plain = of("# ours\nexport AWS_ACCESS_KEY_ID=a\nAWS_SECRET_ACCESS_KEY=\"b=c\"\nAWS_SESSION_TOKEN='t'\n");
        assert_eq!(shown(&plain), ("a", "b=c", Some("t")));
        let profile = "[other]\naws_access_key_id = o\naws_secret_access_key = p\n[default]\naws_access_key_id = a\naws_secret_access_key = b\n";
        assert_eq!(shown(&of(profile)), ("a", "b", None));
        assert_eq!(shown(&of("[only]\naws_access_key_id=a\naws_secret_access_key=b\nregion=x\n")), ("a", "b", None));
        assert!(!format!("{plain:?}").contains("b=c"));
    }

    #[test]
    fn says_what_a_file_or_a_secret_lacks_and_never_a_value() {
        let refusal = |text: &str| Keys::of_file(text, "x").unwrap_err().fact;
        assert_eq!(refusal("AWS_ACCESS_KEY_ID=sesame\n"), "it has no `AWS_ACCESS_KEY_ID` with `AWS_SECRET_ACCESS_KEY`");
        let two =
            "[a]\naws_access_key_id=1\naws_secret_access_key=2\n[b]\naws_access_key_id=1\naws_secret_access_key=2\n";
        assert_eq!(refusal(two), "it has several sections with keys and none is `[default]`");
        let secret = json!({"data": {"AWS_ACCESS_KEY_ID": "YQ==", "AWS_SECRET_ACCESS_KEY": "Yg=="}});
        assert_eq!(shown(&Keys::of_secret(&secret, "s").unwrap()), ("a", "b", None));
        let lacking = json!({"data": {"AWS_ACCESS_KEY_ID": "YQ==", "aws_secret_access_key": "Yg=="}});
        let said = Keys::of_secret(&lacking, "Secret `pxc/keys`").unwrap_err();
        assert_eq!(said, "couldn't find key AWS_SECRET_ACCESS_KEY in Secret `pxc/keys`");
    }
}

//! What in an object could be a secret although it is written out: a value beside a telling name, the user of a URL.
//! Errs on the side of secrets: what is one too many is masked, what is missed is printed (design.md law 4).

use serde_json::Value;

/// The variables that hold a forge's token. git's own children may need one for a credential helper, nothing else does.
pub const FORGE_TOKENS: [&str; 8] = [
    "GH_TOKEN",
    "GITHUB_TOKEN",
    "GH_ENTERPRISE_TOKEN",
    "GITHUB_ENTERPRISE_TOKEN",
    "GITLAB_TOKEN",
    "GITEA_TOKEN",
    "FORGEJO_TOKEN",
    "CI_JOB_TOKEN",
];
/// Words in the name of a variable or an option that make its value a secret.
const WORDS: [&str; 8] = ["KEY", "SECRET", "TOKEN", "PASS", "PWD", "CREDENTIAL", "AUTH", "PRIVATE"];
/// Words in a key of a mapping, without its punctuation, that make its value a secret.
const KEY_WORDS: [&str; 12] = [
    "TOKEN",
    "PASS",
    "PWD",
    "SECRETKEY",
    "SECRETACCESSKEY",
    "ACCESSKEY",
    "PRIVATEKEY",
    "APIKEY",
    "CLIENTSECRET",
    "CREDENTIAL",
    "AUTHORIZATION",
    "BEARER",
];
/// How the keys of mappings end that only say where a secret lies, or something about it.
const REFERENCES: [&str; 9] = ["SECRET", "SECRETS", "NAME", "REF", "PATH", "FILE", "TYPE", "POLICY", "SECONDS"];
/// Values that tell nothing.
const PLAIN: [&str; 8] = ["true", "false", "yes", "no", "on", "off", "null", "none"];
/// The fewest characters of a part of a text that is taken for a secret by itself.
const PART_MIN: usize = 4;

/// Returns whether an object is a Secret of Kubernetes.
pub fn is_secret(object: &Value) -> bool {
    object["kind"] == "Secret" && object["apiVersion"] == "v1"
}

/// Returns whether a key of a mapping speaks of secrets: what is under it is one, or says where one lies.
pub fn speaks_of_secrets(key: &str) -> bool {
    key.to_ascii_lowercase().contains("secret_") || has_telling_word(&letters(key))
}

/// Returns the values in an object that could be secrets, the longest first: environment variables, options of programs
/// and fields with a telling name, headers, users and passwords of endpoints; each also line by line, and as YAML and
/// JSON write it.
pub fn secrets_in(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(value, &mut found);
    let mut all: Vec<String> = found.iter().flat_map(|secret| forms(secret)).collect();
    // One secret may be part of another.
    all.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    all.dedup();
    all
}

/// Returns a secret and what of it may stand in a text: its lines, its quoted forms.
fn forms(secret: &str) -> Vec<String> {
    let lines = secret.lines().map(str::trim).filter(|line| line.len() >= PART_MIN).map(str::to_owned);
    let mut forms: Vec<String> = std::iter::once(secret.to_owned()).chain(lines).collect();
    for index in 0..forms.len() {
        let text = &forms[index];
        let (single, double) = (text.replace('\'', "''"), Value::from(text.as_str()).to_string());
        let debug = text.escape_debug().to_string();
        forms.extend([single, double[1..double.len() - 1].to_owned(), debug]);
    }
    forms
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
            for (key, value) in fields {
                found.extend(field_of(key, value));
                collect(value, found);
            }
        }
        Value::Array(items) => {
            let texts: Vec<&str> = items.iter().map(|item| item.as_str().unwrap_or_default()).collect();
            options(&texts, found);
            for item in items {
                collect(item, found);
            }
        }
        Value::String(text) => in_text(text, found),
        _ => {}
    }
}

/// Collects secrets from words of a command line: `--name=value`, `name=value`, and `--name value` in one item or two.
fn options(items: &[&str], found: &mut Vec<String>) {
    for (index, item) in items.iter().enumerate() {
        let ends_name = |c: char| c == '=' || (item.starts_with('-') && c.is_whitespace());
        if let Some((name, value)) = item.split_once(ends_name) {
            found.extend(option(name, value.trim()));
        } else if let Some(value) = items.get(index + 1).filter(|next| item.starts_with('-') && !next.starts_with("--"))
        {
            found.extend(option(item, value));
        }
    }
}

/// Returns what is secret in the value of an option: all of it where the name tells, what a header says.
fn option(name: &str, value: &str) -> Vec<String> {
    let is_header = name.to_ascii_uppercase().contains("HEADER") || name == "-H";
    let header = value.split_once([':', '=']).filter(|_| is_header).map(|(_, said)| said.trim().to_owned());
    let word = header.as_ref().and_then(|said| said.split_once(' ')).map(|(_, word)| word.trim().to_owned());
    let parts = [header, word].into_iter().flatten().filter(|part| !part.is_empty());
    secret_of(name, value).into_iter().chain(parts).collect()
}

/// Collects secrets from inside one text: JSON in it, what follows `Bearer`, options in the lines of a script.
fn in_text(text: &str, found: &mut Vec<String>) {
    if let (true, Ok(value)) = (text.starts_with(['{', '[']), serde_json::from_str::<Value>(text)) {
        collect(&value, found);
    }
    let trimmed = |word: &str| word.trim_matches(['"', '\'', '`', ',', ';']).to_owned();
    for line in text.lines() {
        let words: Vec<String> = line.split_whitespace().map(trimmed).collect();
        let after = words.windows(2).filter(|pair| {
            let word = pair[0].rsplit([':', '=']).next().unwrap_or_default().trim_start_matches(['"', '\'']);
            word.eq_ignore_ascii_case("bearer")
        });
        let mut inside: Vec<String> = after.map(|pair| pair[1].clone()).collect();
        // An item that is an option as a whole was read as one.
        if words.len() > 1 && !words[0].contains('=') && !words[0].starts_with('-') {
            options(&words.iter().map(String::as_str).collect::<Vec<_>>(), &mut inside);
            let setting = line.split_once('=').map(|(name, value)| (name.trim(), value.trim()));
            let setting = setting.filter(|(name, _)| !name.contains(char::is_whitespace));
            inside.extend(setting.and_then(|(name, value)| secret_of(name, &trimmed(value))));
        } else if text.contains('\n') {
            options(&[line.trim()], &mut inside);
        }
        found.extend(inside.into_iter().filter(|part| part.len() >= PART_MIN));
    }
}

/// Returns the value of a field whose key says that it is a secret, and not where one lies.
fn field_of(key: &str, value: &Value) -> Option<String> {
    let last = key.rsplit('/').next().unwrap_or(key);
    let upper = letters(last);
    let is_annotation = last.len() < key.len() && upper == "SECRET";
    let is_reference = REFERENCES.iter().any(|end| upper.ends_with(end)) && !upper.ends_with("CLIENTSECRET");
    let tells = is_annotation || (!is_reference && has_telling_word(&upper));
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => Some(number.to_string()).filter(|text| text.len() >= PART_MIN)?,
        _ => return None,
    };
    (tells && is_telling(&text)).then_some(text)
}

/// Returns a key without its punctuation, in upper case.
fn letters(key: &str) -> String {
    key.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_ascii_uppercase()
}

/// Returns whether such a key holds a word of secrets.
fn has_telling_word(letters: &str) -> bool {
    KEY_WORDS.iter().any(|word| letters.contains(word))
}

/// Returns whether a value tells anything: it is not empty, no switch, and not the name of a variable alone.
fn is_telling(value: &str) -> bool {
    let is_variable = value.starts_with('$') && value.ends_with([')', '}']);
    !value.is_empty() && !is_variable && !PLAIN.contains(&value.to_ascii_lowercase().as_str())
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
    let is_secret = is_telling(value) && WORDS.iter().any(|word| upper.contains(word));
    is_secret.then(|| value.to_owned())
}

#[cfg(test)]
mod tests;

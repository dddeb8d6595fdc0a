//! Takes every secret out of what the preview hands on: values of Secrets, literals beside telling names, templates of
//! objects that make Secrets; in plain, base64 and URL form. The last step. Must never be left out for a field because
//! of where it stands.

mod inside;
mod ours;

use std::collections::HashSet;
use std::ops::Range;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;

use self::inside::Inside;
use super::field::within;
use super::strip::{decoded, encoded};
use super::{Change, ObjectPreview, SecretReading};
use crate::model::finding::Finding;
use crate::model::live::Trouble;
use crate::model::object::ObjectId;
use crate::model::secret::{is_secret, secrets_in};

/// What stands for a secret.
const MASK: &str = "***";
/// The fewest characters of a secret that is looked for inside other texts.
const INSIDE_MIN: usize = 4;

/// What is masked.
pub(super) struct Mask {
    /// Secrets, in every way they are written.
    words: HashSet<String>,
    /// Finds those that are long enough inside other texts, all in one pass.
    inside: Inside,
    /// The key of this run's digests, where changed values may be told apart.
    key: Option<Vec<u8>>,
}

impl Mask {
    /// Returns the mask for everything that objects hold; all of them count for all texts.
    pub(super) fn of<'a>(objects: impl Iterator<Item = &'a Value>, secrets: &SecretReading) -> Self {
        let mut found: Vec<String> = Vec::new();
        for object in objects {
            found.extend(secrets_in(object));
            found.extend(held(object));
            // The annotation may hold what the object no longer does.
            found.extend(super::strip::last_applied(object).iter().flat_map(held));
        }
        let found: HashSet<String> = found.into_iter().collect();
        let words: HashSet<String> =
            found.iter().flat_map(|word| forms(word)).filter(|word| !word.is_empty()).collect();
        let key = if let SecretReading::KeyedDigest(key) = secrets { Some(key.clone()) } else { None };
        Self::over(words, key)
    }

    /// Returns the mask for these words.
    fn over(words: HashSet<String>, key: Option<Vec<u8>>) -> Self {
        let inside = Inside::of(words.iter().filter(|word| word.len() >= INSIDE_MIN));
        Self { words, inside, key }
    }

    /// Returns a text without secrets.
    fn text(&self, text: &str) -> String {
        self.masked(text, &[])
    }

    /// Returns a sentence of the preview without secrets; its own words are none.
    fn sentence(&self, text: &str) -> String {
        self.masked(text, &ours::ranges(text))
    }

    /// Returns a text without secrets, save those within these ranges; where two of them overlap, nothing of either is left.
    fn masked(&self, text: &str, spared: &[Range<usize>]) -> String {
        if self.words.contains(text) {
            return MASK.to_owned();
        }
        let (mut masked, mut end) = (String::new(), 0);
        for range in self.inside.ranges(text, spared) {
            masked += &text[end..range.start];
            masked += MASK;
            end = range.end;
        }
        masked + &text[end..]
    }

    /// Returns a value without secrets.
    fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Number(number) if self.words.contains(&number.to_string()) => MASK.into(),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(fields) => fields
                .iter()
                .map(|(key, value)| (self.text(key), self.value(value)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            _ => value.clone(),
        }
    }

    /// Returns a value of a Secret: every text in it masked, told apart by this run's digest where asked for.
    fn whole(&self, value: &Value) -> Value {
        match value {
            Value::Null | Value::Bool(_) => value.clone(),
            Value::Array(items) => items.iter().map(|item| self.whole(item)).collect(),
            Value::Object(fields) => {
                let masked = fields.iter().map(|(key, value)| (key.clone(), self.whole(value)));
                masked.collect::<serde_json::Map<_, _>>().into()
            }
            Value::String(text) => self.stand_in(text).into(),
            Value::Number(number) => self.stand_in(&number.to_string()).into(),
        }
    }

    /// Returns what stands for one secret.
    fn stand_in(&self, text: &str) -> String {
        let Some(key) = &self.key else { return MASK.to_owned() };
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length is a key");
        mac.update(text.as_bytes());
        let digest = mac.finalize().into_bytes();
        let number = digest.iter().take(4).fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
        format!("{MASK} ({number:08x})")
    }

    /// Masks one change of an object.
    fn change(&self, id: &ObjectId, change: &mut Change) {
        let is_held = is_secret_field(id, &change.pointer);
        let is_changed = change.before != change.after;
        let masked = |value: &Option<Value>| {
            value.as_ref().map(|value| if is_held { self.whole(value) } else { self.value(value) })
        };
        let (before, after) = (masked(&change.before), masked(&change.after));
        let is_hidden = is_changed && before.is_some() && before == after;
        (change.before, change.after) = (before, after);
        if is_hidden {
            tell_apart(&mut change.before, "before");
            tell_apart(&mut change.after, "after");
        }
        change.path = self.text(&change.path);
        change.pointer = self.text(&change.pointer);
        change.by = change.by.as_deref().map(|by| self.text(by));
    }

    /// Masks findings.
    pub(super) fn findings(&self, findings: &mut [Finding]) {
        for finding in findings {
            finding.fact = self.sentence(&finding.fact);
            finding.hint = finding.hint.as_deref().map(|hint| self.text(hint));
        }
    }

    /// Masks all that is said of one object.
    pub(super) fn object(&self, object: &mut ObjectPreview) {
        let id = object.id.clone();
        for change in object.intended.iter_mut().chain(&mut object.drift).chain(&mut object.effective) {
            self.change(&id, change);
        }
        for unsure in &mut object.unsure {
            unsure.why = self.sentence(&unsure.why);
            for text in [&mut unsure.path, &mut unsure.pointer] {
                *text = self.text(text);
            }
        }
        self.findings(&mut object.findings);
        object.trouble.iter_mut().for_each(|trouble| self.trouble(trouble));
    }

    /// Masks why something is not known.
    pub(super) fn trouble(&self, trouble: &mut Trouble) {
        trouble.fact = self.sentence(&trouble.fact);
        trouble.hint = trouble.hint.as_deref().map(|hint| self.text(hint));
    }

    /// Returns a value for a text: masked as a whole where it is one of a Secret.
    pub(super) fn shown(&self, id: &ObjectId, change: &Change) -> Change {
        let mut change = change.clone();
        self.change(id, &mut change);
        change
    }
}

/// Marks the masks in a value, so that a change can be seen.
fn tell_apart(value: &mut Option<Value>, side: &str) {
    fn walk(value: &mut Value, side: &str) {
        match value {
            Value::String(text) if text.contains(MASK) => *text = format!("{text} ({side})"),
            Value::Array(items) => items.iter_mut().for_each(|item| walk(item, side)),
            Value::Object(fields) => fields.values_mut().for_each(|value| walk(value, side)),
            _ => {}
        }
    }
    if let Some(value) = value {
        walk(value, side);
    }
}

/// Returns whether a field holds values of a Secret, there or once it is made.
fn is_secret_field(id: &ObjectId, pointer: &str) -> bool {
    let any = |outer: &[&str]| outer.iter().any(|outer| within(pointer, outer) || within(outer, pointer));
    match (id.group.as_str(), id.kind.as_str()) {
        _ if id.is_secret() => any(&["/data", "/stringData"]) || pointer.is_empty(),
        ("external-secrets.io", _) => any(&["/spec/target/template/data"]) && within(pointer, "/spec/target/template"),
        ("bitnami.com", "SealedSecret") => {
            any(&["/spec/template/data", "/spec/template/stringData"]) && within(pointer, "/spec/template")
        }
        _ => false,
    }
}

/// Returns the values of a Secret, or of the template of one, in plain.
fn held(object: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let texts = |pointer: &str| {
        let fields = object.pointer(pointer).and_then(Value::as_object).into_iter().flatten();
        fields.filter_map(|(_, value)| value.as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    if is_secret(object) {
        found.extend(texts("/stringData"));
        for text in texts("/data") {
            found.extend(decoded(&text).and_then(|bytes| String::from_utf8(bytes).ok()));
            found.push(text);
        }
    }
    templates(object, &mut found);
    found
}

/// Collects the values that an object of any kind holds for a Secret that is made from it: every `stringData`, and the
/// `data` of every template; what a template language fills in later is no value.
fn templates(object: &Value, found: &mut Vec<String>) {
    let texts = |fields: &Value| -> Vec<String> {
        let fields = fields.as_object().into_iter().flatten();
        fields.filter_map(|(_, value)| value.as_str()).filter(|text| !text.contains("{{")).map(str::to_owned).collect()
    };
    match object {
        Value::Object(fields) => {
            for (key, value) in fields {
                let is_template = key.to_lowercase().ends_with("template");
                found.extend(value.get("data").filter(|_| is_template).into_iter().flat_map(texts));
                found.extend(Some(value).filter(|_| key == "stringData").into_iter().flat_map(texts));
                templates(value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| templates(item, found)),
        _ => {}
    }
}

/// Returns a secret and the ways it is written: lines, base64, URL.
fn forms(secret: &str) -> Vec<String> {
    let lines = secret.lines().map(str::trim).filter(|line| line.len() >= INSIDE_MIN).map(str::to_owned);
    let base64 = encoded(secret.as_bytes());
    let unpadded = base64.trim_end_matches('=').to_owned();
    let escaped = Value::from(secret).to_string();
    let debug = format!("{secret:?}");
    let mut forms = vec![secret.to_owned(), url(secret), url(secret).to_lowercase(), unpadded, base64];
    forms.extend([&escaped, &debug].map(|text| text[1..text.len() - 1].to_owned()));
    forms.extend(lines);
    forms
}

/// Returns a text as a URL writes it.
pub(super) fn url(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => {
                let digit = |half: u8| char::from_digit(u32::from(half), 16).map_or('0', |c| c.to_ascii_uppercase());
                out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Returns the mask of these secrets.
    fn mask(secrets: &[&str]) -> Mask {
        let data = secrets.iter().enumerate().map(|(at, secret)| (format!("k{at}"), json!(secret)));
        let data: serde_json::Map<String, Value> = data.collect();
        let object = json!({"apiVersion": "v1", "kind": "Secret", "stringData": data});
        Mask::of([&object].into_iter(), &SecretReading::NotRead)
    }

    #[test]
    fn of_secrets_that_overlap_nothing_is_left() {
        let mask = mask(&["abcd", "cdefg", "inside-another", "another"]);
        for (text, masked) in [
            ("x abcdefg y", "x *** y"),
            ("abcdcdefg", "******"),
            ("<inside-another>", "<***>"),
            ("another abc", "*** abc"),
            ("cdefg", "***"),
            ("ümlaut abcdü", "ümlaut ***ü"),
        ] {
            assert_eq!(mask.text(text), masked, "{text}");
        }
    }

    #[test]
    fn a_short_secret_is_masked_where_it_is_the_whole_text() {
        let mask = mask(&["ab"]);
        assert_eq!((mask.text("ab"), mask.text("cab")), ("***".to_owned(), "cab".to_owned()));
    }
}

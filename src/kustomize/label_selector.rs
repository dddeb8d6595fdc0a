//! Label selectors as Kubernetes writes them: `a=b, c in (d,e), !f`.
//!
//! Used for patch targets, over labels and over annotations. A selector Kubernetes rejects is an error here.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use regex::Regex;

use super::fault::Fault;

/// One condition.
#[derive(Debug)]
struct Requirement {
    /// The label.
    key: String,
    /// What is asked of it.
    test: Test,
}

/// What a condition asks.
#[derive(Debug)]
enum Test {
    /// The label is there.
    Exists,
    /// It is not there.
    Missing,
    /// It has one of these values.
    In(Vec<String>),
    /// It has none of these values.
    NotIn(Vec<String>),
    /// Its number is greater.
    Greater(i64),
    /// Its number is less.
    Less(i64),
}

/// A selector.
#[derive(Debug, Default)]
pub(super) struct LabelSelector(Vec<Requirement>);

/// The tokens still to be read, in reverse.
struct Tokens(Vec<String>);

impl LabelSelector {
    /// Reads a selector; "" selects everything.
    pub(super) fn read(text: &str) -> Result<Self, Fault> {
        let wrong = || Fault::invalid(format!("`{text}` is not a label selector"));
        let mut tokens = Tokens(split(text));
        tokens.0.reverse();
        let mut requirements = Vec::new();
        while !tokens.0.is_empty() {
            requirements.push(requirement(&mut tokens).ok_or_else(wrong)??);
            match tokens.0.pop().as_deref() {
                None => break,
                Some(",") if tokens.0.last().is_some_and(|next| next == "!" || !is_mark(next)) => {}
                Some(_) => return Err(wrong()),
            }
        }
        Ok(Self(requirements))
    }

    /// Whether a set of labels is selected.
    pub(super) fn matches(&self, labels: &BTreeMap<Arc<str>, Arc<str>>) -> bool {
        self.0.iter().all(|requirement| {
            let value = labels.get(requirement.key.as_str()).map(|value| &**value);
            let number = || value.and_then(|value| value.parse::<i64>().ok());
            match &requirement.test {
                Test::Exists => value.is_some(),
                Test::Missing => value.is_none(),
                Test::In(values) => value.is_some_and(|value| values.iter().any(|wanted| wanted == value)),
                Test::NotIn(values) => value.is_none_or(|value| values.iter().all(|wanted| wanted != value)),
                Test::Greater(limit) => number().is_some_and(|number| number > *limit),
                Test::Less(limit) => number().is_some_and(|number| number < *limit),
            }
        })
    }
}

/// Whether a token is a mark.
fn is_mark(token: &str) -> bool {
    token.starts_with(['=', '!', '(', ')', ',', '>', '<'])
}

/// Cuts a selector into tokens.
fn split(text: &str) -> Vec<String> {
    static TOKEN: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"==|!=|[=!(),><]|[^=!(),>< \t\r\n]+").expect("the pattern is constant"));
    TOKEN.find_iter(text).map(|token| token.as_str().to_owned()).collect()
}

/// Reads one condition.
fn requirement(tokens: &mut Tokens) -> Option<Result<Requirement, Fault>> {
    let first = tokens.0.pop()?;
    let is_negated = first == "!";
    let key = if is_negated { tokens.0.pop()? } else { first };
    if is_mark(&key) {
        return None;
    }
    let is_end = tokens.0.last().is_none_or(|next| next == ",");
    let test = match (is_negated, is_end) {
        (true, true) => Test::Missing,
        (true, false) => return None,
        (false, true) => Test::Exists,
        (false, false) => operator(tokens)?,
    };
    Some(checked(key, test))
}

/// Reads operator and values.
fn operator(tokens: &mut Tokens) -> Option<Test> {
    match tokens.0.pop()?.as_str() {
        "in" => values(tokens).map(Test::In),
        "notin" => values(tokens).map(Test::NotIn),
        "=" | "==" => exact(tokens).map(|value| Test::In(vec![value])),
        "!=" => exact(tokens).map(|value| Test::NotIn(vec![value])),
        ">" => exact(tokens)?.parse().ok().map(Test::Greater),
        "<" => exact(tokens)?.parse().ok().map(Test::Less),
        _ => None,
    }
}

/// Reads one value, which may be missing.
fn exact(tokens: &mut Tokens) -> Option<String> {
    match tokens.0.last() {
        None => Some(String::new()),
        Some(next) if next == "," => Some(String::new()),
        Some(next) if is_mark(next) => None,
        Some(_) => tokens.0.pop(),
    }
}

/// Reads values in brackets; a gap between commas is the empty value.
fn values(tokens: &mut Tokens) -> Option<Vec<String>> {
    if tokens.0.pop()? != "(" {
        return None;
    }
    let mut values = Vec::new();
    let mut wants_value = true;
    loop {
        let token = tokens.0.pop()?;
        match token.as_str() {
            ")" => {
                if wants_value {
                    values.push(String::new());
                }
                return Some(values);
            }
            "," => {
                if wants_value {
                    values.push(String::new());
                }
                wants_value = true;
            }
            word if is_mark(word) || !wants_value => return None,
            _ => {
                values.push(token);
                wants_value = false;
            }
        }
    }
}

/// Checks names and values as Kubernetes does.
fn checked(key: String, test: Test) -> Result<Requirement, Fault> {
    static NAME: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:[A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$").expect("the pattern is constant")
    });
    static DOMAIN: LazyLock<Regex> = LazyLock::new(|| {
        let label = "[a-z0-9](?:[-a-z0-9]*[a-z0-9])?";
        Regex::new(&format!(r"^{label}(?:\.{label})*$")).expect("the pattern is constant")
    });
    let (domain, name) = match key.split_once('/') {
        Some((domain, name)) => (Some(domain), name),
        None => (None, key.as_str()),
    };
    let is_key = NAME.is_match(name) && domain.is_none_or(|domain| domain.len() <= 253 && DOMAIN.is_match(domain));
    let is_value = |value: &String| value.is_empty() || NAME.is_match(value);
    let are_values = match &test {
        Test::In(values) | Test::NotIn(values) => values.iter().all(is_value),
        _ => true,
    };
    if is_key && are_values {
        Ok(Requirement { key, test })
    } else {
        Err(Fault::invalid(format!("the label selector on `{key}` is not valid")))
    }
}

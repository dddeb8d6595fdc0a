//! The templates of every file that leeward writes, embedded. With names ending in `.yaml.j2` every `{{ value }}`
//! is written as a JSON scalar, which is quoted YAML: no value can change the structure (style.md 5.6).
//! Must never print a template error with `{:#}` or `{:?}`: those show the values.

use anyhow::{Context as _, anyhow};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};
use serde::Serialize;

/// Every template by name; a test compares this table with the folder.
const TEMPLATES: [(&str, &str); 5] = [
    ("backup-patch.yaml.j2", include_str!("../../templates/backup-patch.yaml.j2")),
    ("created-kustomization.yaml.j2", include_str!("../../templates/created-kustomization.yaml.j2")),
    ("incident.yaml.j2", include_str!("../../templates/incident.yaml.j2")),
    ("overlay-kustomization.yaml.j2", include_str!("../../templates/overlay-kustomization.yaml.j2")),
    ("restore.yaml.j2", include_str!("../../templates/restore.yaml.j2")),
];

/// Returns a rendered file.
///
/// # Errors
/// Fails on a value that a template cannot take: a line break in a comment, a field that is missing.
pub(super) fn render(name: &str, context: &impl Serialize) -> anyhow::Result<Vec<u8>> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(
        SyntaxConfig::builder().keep_trailing_newline(true).build().map_err(|error| anyhow!("{}", error.kind()))?,
    );
    environment.add_filter("comment", comment);
    for (name, source) in TEMPLATES {
        environment.add_template(name, source).map_err(|error| anyhow!("{}", error.kind()))?;
    }
    let rendered =
        environment.get_template(name).and_then(|template| template.render(minijinja::value::Serde(context)));
    let text = rendered.map_err(|error| anyhow!("{} in line {}", fact(&error), error.line().unwrap_or_default()));
    Ok(text.with_context(|| format!("failed to render template `{name}`"))?.into_bytes())
}

/// Returns what went wrong without the values around it.
fn fact(error: &Error) -> String {
    match (error.kind(), error.detail()) {
        (ErrorKind::InvalidOperation, Some(detail)) => detail.to_owned(),
        (kind, _) => kind.to_string(),
    }
}

/// Lets a text into a comment, where nothing can be quoted.
fn comment(text: &str) -> Result<Value, Error> {
    if text.chars().any(|c| c.is_control() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}')) {
        return Err(Error::new(
            ErrorKind::InvalidOperation,
            "a text for a comment has a line break or control character",
        ));
    }
    Ok(Value::from_safe_string(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_the_folder() {
        let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/templates")).unwrap();
        let mut files: Vec<String> = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();
        assert_eq!(files, TEMPLATES.map(|(name, _)| name));
    }

    #[test]
    fn no_template_escapes_the_quoting() {
        for (name, source) in TEMPLATES {
            assert!(!source.contains("safe") && !source.contains("autoescape"), "{name}");
        }
    }

    #[test]
    fn refuses_a_line_break_in_a_comment() {
        for bad in ["a\nb", "a\rb", "a\u{2028}b", "a\u{1b}[31m"] {
            assert!(comment(bad).is_err(), "{bad:?}");
        }
        assert!(comment("minio-a is down: \"why\" # not").is_ok());
    }
}

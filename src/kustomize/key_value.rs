//! Where the data of generated objects comes from: env files, literals and files, in kustomize's order.
//!
//! Values may be secret, and so may what was taken for a key: no message here holds either.

use std::borrow::Cow;

use super::decode::Record;
use super::fault::{BuildError, Fault};
use super::load::Loader;
use super::resolve::{Dialect, Resolved, resolve};

/// The longest line of an env file; kustomize drops the rest of a file after one of 64 KiB in silence.
const LINE_BYTES: usize = 60_000;

/// The names of the fields.
pub(super) const FIELDS: [&str; 4] = ["literals", "files", "envs", "env"];

/// The sources of one generator.
#[derive(Debug, Clone)]
pub(super) struct Sources {
    /// `key=value` texts.
    literals: Vec<String>,
    /// `[key=]path` texts.
    files: Vec<String>,
    /// Paths of files with one `key=value` a line.
    envs: Vec<String>,
}

/// A key and its value.
pub(super) type Pair = (String, Vec<u8>);

impl Sources {
    /// Reads the fields of a generator.
    pub(super) fn read(record: &Record<'_>) -> Result<Self, Fault> {
        let mut envs = record.texts("envs")?;
        envs.extend(Some(record.text("env")?).filter(|path| !path.is_empty()));
        Ok(Self { literals: record.texts("literals")?, files: record.texts("files")?, envs })
    }

    /// Returns all pairs; `root` and `file` are the folder and file of the kustomization.
    pub(super) fn pairs(&self, loader: &Loader<'_>, root: &str, file: &str) -> Result<Vec<Pair>, BuildError> {
        let mut pairs = Vec::new();
        for path in &self.envs {
            let env = loader.load(root, path)?;
            pairs.extend(lines(&env.bytes).map_err(|fault| fault.at(&env.path))?);
        }
        for (at, text) in self.literals.iter().enumerate() {
            pairs.push(literal(text, at).map_err(|fault| fault.at(file))?);
        }
        for (at, text) in self.files.iter().enumerate() {
            let (key, path) = source(text, at).map_err(|fault| fault.at(file))?;
            pairs.push((key.to_owned(), loader.load(root, path)?.bytes.to_vec()));
        }
        check_keys(&pairs).map_err(|fault| fault.at(file))?;
        Ok(pairs)
    }
}

/// Refuses keys that are there twice, and those that YAML does not read back as text.
fn check_keys(pairs: &[Pair]) -> Result<(), Fault> {
    let mut seen = std::collections::HashSet::new();
    for (at, (key, _)) in pairs.iter().enumerate() {
        if !seen.insert(key) {
            return Err(Fault::invalid(format!("a generator repeats a key: entry {} of its data", at + 1)));
        }
        if key == "<<" || key.is_empty() || key.contains('\n') || resolve(key, Dialect::V3) != Resolved::Str {
            return Err(Fault::unsupported(format!("the generated key of entry {}, which is no text", at + 1)));
        }
    }
    Ok(())
}

/// The pairs of an env file.
fn lines(bytes: &[u8]) -> Result<Vec<Pair>, Fault> {
    let mut pairs = Vec::new();
    for (at, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if line.len() > LINE_BYTES {
            return Err(Fault::unsupported(format!("an env file with a line of more than {LINE_BYTES} bytes")));
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text =
            std::str::from_utf8(line).map_err(|_| Fault::invalid(format!("line {} is not UTF-8 text", at + 1)))?;
        let text = if at == 0 { text.strip_prefix('\u{FEFF}').unwrap_or(text) } else { text };
        let text = text.trim_start();
        let (key, value) = text.split_once('=').unwrap_or((text, ""));
        if !key.is_empty() && !text.starts_with('#') {
            pairs.push((key.to_owned(), value.as_bytes().to_vec()));
        }
    }
    Ok(pairs)
}

/// The pair of a literal, given with its place in the list.
fn literal(text: &str, at: usize) -> Result<Pair, Fault> {
    let wrong = || Fault::invalid(format!("literal {} of a generator is not `key=value`", at + 1));
    let (key, value) = text.split_once('=').filter(|(key, _)| !key.is_empty()).ok_or_else(wrong)?;
    Ok((key.to_owned(), unquoted(value).as_bytes().to_vec()))
}

/// Removes quotes that stand around the whole text.
fn unquoted(text: &str) -> Cow<'_, str> {
    let inner = |mark| text.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
    Cow::Borrowed(inner('"').or_else(|| inner('\'')).unwrap_or(text))
}

/// Key and path of a file source, given with its place in the list.
fn source(text: &str, at: usize) -> Result<(&str, &str), Fault> {
    let Some((key, path)) = text.split_once('=') else { return Ok((base(text), text)) };
    if key.is_empty() || path.is_empty() || path.contains('=') {
        return Err(Fault::invalid(format!("file {} of a generator is not `[key=]path`", at + 1)));
    }
    Ok((key, path))
}

/// The last part of a path, as Go takes it.
fn base(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    match trimmed.rsplit('/').next() {
        Some("") | None if path.is_empty() => ".",
        Some("") | None => "/",
        Some(name) => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_env_files_as_kustomize_does() {
        let text = "\u{FEFF}A=1\r\n  # no\n\n  B = x = y \nC\n=skipped\n";
        let pairs: Vec<_> = lines(text.as_bytes()).unwrap();
        let pairs: Vec<_> =
            pairs.iter().map(|(key, value)| (key.as_str(), std::str::from_utf8(value).unwrap())).collect();
        assert_eq!(pairs, [("A", "1"), ("B ", " x = y "), ("C", "")]);
    }

    #[test]
    fn reads_literals_and_files_as_kustomize_does() {
        assert_eq!(literal("a='x=\"y'", 0).unwrap(), ("a".to_owned(), b"x=\"y".to_vec()));
        assert_eq!(literal("a=\"", 0).unwrap(), ("a".to_owned(), b"\"".to_vec()));
        let fault = literal("hunter2", 1).unwrap_err();
        assert_eq!(fault, Fault::invalid("literal 2 of a generator is not `key=value`"));
        assert_eq!(source("a/b.txt/", 0).unwrap(), ("b.txt", "a/b.txt/"));
        assert_eq!(source("k=a/b", 0).unwrap(), ("k", "a/b"));
        assert!(source("k=", 0).is_err());
    }
}

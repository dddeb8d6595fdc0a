//! Revisions as controllers write them, and what Git says of each: whether it has the change.

/// What Git says of a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carries {
    /// It has the change: the commit itself, a merge of it, or a later one that did not take it out.
    Yes,
    /// It is here and has not.
    No,
    /// It is not in this clone.
    Unknown,
}

/// Returns the commit id in a revision: `main@sha1:<id>`, `sha1:<id>`, `main/<id>` or the bare id; `None` where it is no
/// commit of Git, as the digest of an OCI artifact.
pub fn commit_id(revision: &str) -> Option<&str> {
    if revision.contains("sha256:") {
        return None;
    }
    let id = revision.rsplit(['@', ':', '/']).next()?;
    let is_hex = |c: char| c.is_ascii_hexdigit();
    (id.len() == 40 && id.chars().all(is_hex)).then_some(id)
}

/// Returns a revision as people read it: the id cut to seven digits.
pub(super) fn shown(revision: &str) -> String {
    match commit_id(revision) {
        Some(id) => revision.replace(id, &id[..7]),
        None => revision.chars().take(80).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_commit_in_every_form() {
        let id = "77aa0e3c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c";
        for text in [format!("main@sha1:{id}"), format!("sha1:{id}"), format!("feature/x/{id}"), id.to_owned()] {
            assert_eq!(commit_id(&text), Some(id), "{text}");
        }
        assert_eq!(shown(&format!("main@sha1:{id}")), "main@sha1:77aa0e3");
        let digest = format!("latest@sha256:{id}{}", "0".repeat(24));
        for text in [digest.as_str(), "main", "", "main@sha1:77aa0e3", "zz"] {
            assert_eq!(commit_id(text), None, "{text}");
        }
    }
}

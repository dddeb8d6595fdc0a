//! Tells remote bases from paths, for the builder and for the survey of what a build reads.

/// Returns whether kustomize would fetch an entry that names nothing in the tree: a URL, or one of git's short forms.
pub fn is_remote(entry: &str) -> bool {
    if entry.contains(|c: char| c.is_whitespace() || c == '{') {
        return false;
    }
    outranks_folders(entry)
        || entry.contains("://")
        || entry.contains("?ref=")
        || entry.contains("?version=")
        || entry.contains(".git/")
        || entry.strip_suffix(".git").is_some()
        || ["git::", "gh:", "gitlab.com/", "bitbucket.org/"].iter().any(|start| entry.starts_with(start))
        || entry.split_once(':').is_some_and(|(host, _)| host.contains('@'))
        || entry.trim_start_matches('/').contains("//")
}

/// Whether kustomize fetches an entry even where a folder of that name is in the tree.
pub(super) fn outranks_folders(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let lower = lower.strip_prefix("git::").unwrap_or(&lower);
    let has_scheme = ["ssh://", "https://", "http://", "file://"].iter().any(|scheme| lower.starts_with(scheme));
    let user = lower.split('@').next().unwrap_or("");
    let has_user = user.len() < lower.len()
        && user.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && user.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
    is_url(path) || has_scheme || has_user || lower.starts_with("github.com/") || lower.starts_with("github.com:")
}

/// Whether a path is an HTTP address.
pub(super) fn is_url(path: &str) -> bool {
    let lower = path.trim_start().to_ascii_lowercase();
    lower.starts_with("http:") || lower.starts_with("https:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_short_forms_are_remote_and_paths_are_not() {
        for remote in [
            "https://example.com/x.yaml",
            "github.com/org/repo//base?ref=v1",
            "gitlab.com/org/repo//base?ref=v1",
            "gitlab.com/org/repo",
            "gh:org/repo",
            "org/repo?ref=v1",
            "git@github.com:org/repo.git",
            "ssh://git@host/repo",
            "user@host:org/repo",
            "git::https://host/x",
            "host.example/org/repo.git//base",
            "host.example/org/repo.git",
        ] {
            assert!(is_remote(remote), "{remote}");
        }
        for local in ["../base", "cr.yaml", "./a/b", "/abs", "a=b.env", "{\"a\": \"http://x\"}"] {
            assert!(!is_remote(local), "{local}");
        }
    }
}

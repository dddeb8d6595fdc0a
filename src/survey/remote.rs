//! Tells remote bases from paths. Only asked about entries that name nothing in the tree.

/// Returns whether Kustomize would fetch the entry: a URL, or one of git's short forms.
pub(super) fn is_remote(entry: &str) -> bool {
    if entry.contains(|c: char| c.is_whitespace() || c == '{') {
        return false;
    }
    entry.contains("://")
        || entry.contains("?ref=")
        || entry.contains("?version=")
        || ["git::", "git@", "gh:", "github.com/", "github.com:"].iter().any(|start| entry.starts_with(start))
        || entry.split_once(':').is_some_and(|(host, _)| host.contains('@'))
        || entry.trim_start_matches('/').contains("//")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_short_forms_are_remote_and_paths_are_not() {
        for remote in [
            "https://example.com/x.yaml",
            "github.com/org/repo//base?ref=v1",
            "git@github.com:org/repo.git",
            "ssh://git@host/repo",
            "user@host:org/repo",
            "git::https://host/x",
            "host.example/org/repo.git//base",
        ] {
            assert!(is_remote(remote), "{remote}");
        }
        for local in ["../base", "cr.yaml", "./a/b", "/abs", "a=b.env", "{\"a\": \"http://x\"}"] {
            assert!(!is_remote(local), "{local}");
        }
    }
}

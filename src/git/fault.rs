//! What libgit2 said, as a failure of ours: its sentence without class and code.
//! Must never turn a failed read into "absent": callers match `NotFound` themselves, where absence is an answer.

use std::path::Path;

use crate::failure::{Failure, outside};

/// Returns the failure (exit 4) that states what libgit2 said.
#[expect(clippy::needless_pass_by_value, reason = "shape of `map_err`")]
pub(super) fn fault(error: git2::Error) -> Failure {
    let message = error.message();
    if let Some((folder, reason)) = unwritable(message) {
        return outside(format!("{reason}: nothing can be written to `{folder}`"))
            .hint(format!("chmod -R u+w {folder}"));
    }
    if let Some(id) = message.split_once("no match for id (").and_then(|(_, rest)| rest.split(')').next()) {
        return outside(format!("object `{id}` is not in the repository")).hint("git fsck --full");
    }
    outside(sentence(message))
}

/// Returns the folder of a temporary file that may not be made, and why.
fn unwritable(message: &str) -> Option<(&str, String)> {
    let (_, rest) = message.split_once("create temporary file '")?;
    let (file, reason) = rest.split_once("': ")?;
    let (folder, _) = file.rsplit_once('/')?;
    let is_denied = reason.starts_with("Permission denied") || reason.starts_with("Read-only");
    is_denied.then(|| (folder, sentence(reason)))
}

/// Returns a message with a lower-case start and without a final stop.
fn sentence(message: &str) -> String {
    let message = message.trim().trim_end_matches('.');
    let mut letters = message.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => "git gave no reason".to_owned(),
    }
}

/// Returns a path as a shell takes it.
pub(super) fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%".contains(c);
    if text.chars().all(is_plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_a_path_only_where_a_shell_needs_it() {
        assert_eq!(quoted(Path::new("/srv/git/a.lock")), "/srv/git/a.lock");
        assert_eq!(quoted(Path::new("/my dir/it's")), r"'/my dir/it'\''s'");
    }

    #[test]
    fn names_the_folder_that_cannot_be_written_and_the_object_that_is_gone() {
        let failure =
            fault(git2::Error::from_str("failed to create temporary file '/r/.git/objects/tmp_1f': Permission denied"));
        assert_eq!(failure.fact, "permission denied: nothing can be written to `/r/.git/objects`");
        assert_eq!(failure.hint.as_deref(), Some("chmod -R u+w /r/.git/objects"));
        let failure = fault(git2::Error::from_str("object not found - no match for id (3f30d)"));
        assert_eq!(failure.fact, "object `3f30d` is not in the repository");
    }

    #[test]
    fn says_what_git_said_in_our_form() {
        assert_eq!(sentence("Signature cannot be empty. "), "signature cannot be empty");
        assert_eq!(sentence(" "), "git gave no reason");
    }
}

//! What changes in a file, by lines: the difference itself, and how many lines come and go.

/// Returns the unified diff of two texts with three lines of context.
pub fn unified(before: &str, after: &str, name: &str) -> String {
    let diff = similar::TextDiff::from_lines(before, after);
    diff.unified_diff().context_radius(3).header(&format!("{name} (base)"), &format!("{name} (plan)")).to_string()
}

/// Returns how many lines of a file come and go: `+ 2 lines`, `+ 2 - 1 lines`.
pub fn changed_lines(before: &[u8], after: &[u8]) -> String {
    let (before, after) = (String::from_utf8_lossy(before), String::from_utf8_lossy(after));
    let diff = similar::TextDiff::from_lines(before.as_ref(), after.as_ref());
    let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
    let (added, removed) = (count(similar::ChangeTag::Insert), count(similar::ChangeTag::Delete));
    match (added, removed) {
        (1, 0) => "+ 1 line".to_owned(),
        (added, 0) => format!("+ {added} lines"),
        (0, 1) => "- 1 line".to_owned(),
        (0, removed) => format!("- {removed} lines"),
        (added, removed) => format!("+ {added} - {removed} lines"),
    }
}

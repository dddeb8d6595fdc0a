//! Which changed files deployed roots read: what they touch is previewed, what nobody reads is named. Comes before anything is
//! built. Must never pass over a file whose name cannot be followed.

use std::collections::BTreeSet;

use crate::model::finding::Finding;
use crate::model::path::RepoPath;

/// Returns the paths that can be followed, and names the others.
pub(super) fn parsed(paths: &[String]) -> (BTreeSet<RepoPath>, Option<Finding>) {
    let (known, odd): (Vec<_>, Vec<_>) =
        paths.iter().map(|path| RepoPath::parse(path).map_err(|_| path)).partition(Result::is_ok);
    let odd: Vec<String> =
        odd.into_iter().filter_map(Result::err).map(|path| format!("`{}`", path.escape_debug())).collect();
    let fact = || format!("changed files with names that are not followed: {}", odd.join(", "));
    let finding = (!odd.is_empty()).then(|| Finding::warn("paths-odd", fact()));
    (known.into_iter().filter_map(Result::ok).collect(), finding)
}

/// Returns whether one of some changed paths is read, or lies in a folder that is read as a whole.
pub(super) fn is_touched(inputs: &BTreeSet<RepoPath>, paths: &BTreeSet<RepoPath>) -> bool {
    let holds_one = |input: &RepoPath| {
        let near = paths.range(input.clone()..).take_while(|path| path.as_str().starts_with(input.as_str()));
        near.into_iter().any(|path| path.is_in(input))
    };
    inputs.iter().any(holds_one)
}

/// Returns whether a path is one of some inputs, or lies in one of them.
fn is_read(path: &RepoPath, inputs: &BTreeSet<RepoPath>) -> bool {
    let top = RepoPath::default();
    let mut folders = std::iter::successors(Some(path.clone()), |at| (*at != top).then(|| at.parent()));
    folders.any(|folder| inputs.contains(&folder))
}

/// Says which changed files no root reads.
pub(super) fn unread(paths: &BTreeSet<RepoPath>, read: &BTreeSet<RepoPath>) -> Option<Finding> {
    let is_ours = |path: &RepoPath| path.name() == "incident.yaml" || path.as_str() == "leeward.yaml";
    let unread: Vec<&RepoPath> = paths.iter().filter(|path| !is_read(path, read) && !is_ours(path)).collect();
    let first = unread.first()?;
    let more = match unread.len() - 1 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let fact =
        format!("changed files that no deployed root of this repository reads are not previewed: `{first}`{more}");
    Some(Finding::note("files-undeployed", fact))
}

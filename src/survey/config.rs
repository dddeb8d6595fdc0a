//! Where kustomizations and the configurations of generators and transformers name files, by the keys that lead there.

/// Keys below which every text is the path of a file.
const FILES: [&str; 6] = ["files", "envs", "env", "valuesfile", "additionalvaluesfiles", "paths"];
/// Fields of a kustomization that list files.
const LISTS: [&str; 3] = ["patchesstrategicmerge", "crds", "configurations"];
/// Fields whose entries have a `path`.
const WITH_PATH: [&str; 4] = ["patches", "patchesjson6902", "replacements", "openapi"];

/// Returns whether a text at these lower-case keys is the path of a file: one that leads out of the tree is then an
/// error, not a text that happens to look like a path.
pub(super) fn names_a_file(trail: &[String]) -> bool {
    match trail {
        [only] => only == "path" || LISTS.contains(&only.as_str()) || FILES.contains(&only.as_str()),
        [first, last] if last == "path" => WITH_PATH.contains(&first.as_str()),
        [.., last] => FILES.contains(&last.as_str()) || names_a_folder(trail),
        [] => false,
    }
}

/// Returns whether a text at these keys is the path of a folder whose files are all needed.
pub(super) fn names_a_folder(trail: &[String]) -> bool {
    trail.last().is_some_and(|last| last == "charthome" || last == "confighome")
}

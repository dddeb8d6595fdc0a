//! Names the commit that a release is built from, for `--version`. Reads the files of git and asks no program, so that the
//! build needs nothing but Rust and is the same wherever that commit is built. Must never fail: what is not there is unknown.

use std::path::{Path, PathBuf};

/// What is said where no commit can be told.
const UNKNOWN: &str = "unknown";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let top = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    // A debug build is of a work tree that changes all the time, and would be built anew with each commit.
    let commit = if variable("PROFILE") == "release" { commit(&top) } else { None };
    println!("cargo::rustc-env=LEEWARD_COMMIT={}", commit.as_deref().unwrap_or(UNKNOWN));
}

/// Returns a variable of cargo's.
#[expect(clippy::disallowed_methods, reason = "cargo tells a build script by its environment")]
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

/// Returns the commit that a folder holds: as a package says it, else as its git folder does.
fn commit(top: &Path) -> Option<String> {
    if let Some(text) = read(&top.join(".cargo_vcs_info.json")) {
        let (_, rest) = text.split_once("\"sha1\"")?;
        return id(rest.split('"').nth(1)?);
    }
    let folder = git_folder(top)?;
    let head = read(&folder.join("HEAD"))?;
    let Some(name) = head.strip_prefix("ref: ") else { return id(&head) };
    // A linked work tree has its own head, and the branches of the repository.
    let shared = read(&folder.join("commondir")).map_or_else(|| folder.clone(), |path| folder.join(path));
    if let Some(text) = read(&shared.join(name)) {
        return id(&text);
    }
    // The next commit writes the branch's own file, which cannot be watched before it is there; the log of the head is.
    read(&folder.join("logs/HEAD"));
    let packed = read(&shared.join("packed-refs"))?;
    id(packed.lines().find_map(|line| line.strip_suffix(name)?.strip_suffix(' '))?)
}

/// Returns the git folder of a work tree, which may be a file that names it.
fn git_folder(top: &Path) -> Option<PathBuf> {
    let path = top.join(".git");
    if path.is_dir() {
        return Some(path);
    }
    Some(top.join(read(&path)?.strip_prefix("gitdir: ")?))
}

/// Returns a text that is the id of a commit.
fn id(text: &str) -> Option<String> {
    let is_id = text.len() >= 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| text.to_owned())
}

/// Returns the text of a file, whose change builds anew.
fn read(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    println!("cargo::rerun-if-changed={}", path.display());
    Some(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An id.
    const ID: &str = "0123456789abcdef0123456789abcdef01234567";

    /// Writes a file below a folder.
    fn write(top: &Path, path: &str, text: &str) {
        let path = top.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    #[test]
    fn a_branch_is_read_from_its_file_or_the_packed_ones() {
        let keep = tempfile::tempdir().unwrap();
        let top = keep.path();
        assert_eq!(commit(top), None);
        write(top, ".git/HEAD", "ref: refs/heads/main\n");
        assert_eq!(commit(top), None);
        write(
            top,
            ".git/packed-refs",
            &format!("# pack-refs\n{} refs/heads/main2\n{ID} refs/heads/main\n", "f".repeat(40)),
        );
        assert_eq!(commit(top).as_deref(), Some(ID));
        write(top, ".git/refs/heads/main", &"a".repeat(40));
        assert_eq!(commit(top), Some("a".repeat(40)));
        write(top, ".git/HEAD", ID);
        assert_eq!(commit(top).as_deref(), Some(ID));
        write(top, ".git/HEAD", "no commit\n");
        assert_eq!(commit(top), None);
    }

    #[test]
    fn a_linked_work_tree_and_a_package_name_theirs() {
        let keep = tempfile::tempdir().unwrap();
        let top = keep.path();
        write(top, "linked/.git", &format!("gitdir: {}\n", top.join("main/.git/worktrees/linked").display()));
        write(top, "main/.git/worktrees/linked/HEAD", "ref: refs/heads/other\n");
        write(top, "main/.git/worktrees/linked/commondir", "../..\n");
        write(top, "main/.git/refs/heads/other", ID);
        assert_eq!(commit(&top.join("linked")).as_deref(), Some(ID));
        write(top, "package/.cargo_vcs_info.json", &format!("{{\n  \"git\": {{\n    \"sha1\": \"{ID}\"\n  }}\n}}\n"));
        assert_eq!(commit(&top.join("package")).as_deref(), Some(ID));
    }
}

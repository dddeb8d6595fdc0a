//! The files of a commit as the rest of the program reads them.

use std::process::{Command, Stdio};

use leeward::kustomize::files::{Entry, Files as _};

use crate::repo::{Repo, pinned};

/// Returns a repository with everything a tree can hold.
fn full() -> Repo {
    let repo = Repo::new();
    std::os::unix::fs::symlink("cr.yaml", repo.dir.join("clusters/prod/link.yaml")).unwrap();
    repo.write("bin/run", "#!/bin/sh\n");
    repo.git(&["add", "-A"]);
    repo.git(&["update-index", "--chmod=+x", "bin/run"]);
    let head = repo.id("HEAD");
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{head},vendor/sub")]);
    repo.git(&["commit", "-q", "-m", "full"]);
    repo
}

#[test]
fn shows_files_folders_links_and_submodules() {
    let repo = full();
    let open = repo.open();
    let tree = open.tree(&open.base(Some("main")).unwrap().commit).unwrap();
    assert_eq!(tree.entry("").unwrap(), Some(Entry::Folder));
    assert_eq!(tree.entry("clusters/prod").unwrap(), Some(Entry::Folder));
    assert_eq!(tree.entry("clusters/prod/link.yaml").unwrap(), Some(Entry::Link { target: "cr.yaml".to_owned() }));
    assert_eq!(tree.entry("vendor/sub").unwrap(), Some(Entry::Submodule));
    for absent in ["no", "clusters/no/x", "docs/README.md/x", "clusters/prod/link.yaml/x"] {
        assert_eq!(tree.entry(absent).unwrap(), None, "{absent}");
    }
    let Some(Entry::File { id: Some(id) }) = tree.entry("bin/run").unwrap() else { panic!("no file") };
    let told = repo.id("main:bin/run");
    let told = (0..20).map(|n| u8::from_str_radix(&told[2 * n..2 * n + 2], 16).unwrap());
    assert_eq!(id.to_vec(), told.collect::<Vec<_>>());
    assert_eq!(&*tree.read("bin/run").unwrap(), b"#!/bin/sh\n");
    let names: Vec<String> = tree.list("clusters/prod").unwrap().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["cr.yaml", "kustomization.yaml", "link.yaml"]);
    let listed = repo.git(&["ls-tree", "-r", "--name-only", "main"]);
    let walked: Vec<String> = tree.walk().unwrap().into_iter().map(|(path, _)| path).collect();
    assert_eq!(walked, listed.lines().collect::<Vec<_>>());
}

#[test]
fn names_the_path_of_what_it_cannot_read() {
    let repo = full();
    let open = repo.open();
    let tree = open.tree(&open.base(Some("main")).unwrap().commit).unwrap();
    for (path, reason) in [
        ("docs", "it is a folder"),
        ("clusters/prod/link.yaml", "it is a symbolic link"),
        ("vendor/sub", "it is a submodule"),
        ("no", "no such file"),
    ] {
        assert_eq!(tree.read(path).unwrap_err().to_string(), format!("failed to read `{path}`: {reason}"));
    }
    assert!(tree.entry("vendor/sub/kustomization.yaml").unwrap_err().reason.contains("`vendor/sub` is a submodule"));
    assert!(tree.list("bin/run").is_err() && tree.list("no").is_err());
}

#[test]
fn never_takes_a_missing_or_broken_object_for_an_absent_file() {
    let repo = full();
    let object = |revision: &str| {
        let id = repo.id(revision);
        repo.dir.join(".git/objects").join(&id[..2]).join(&id[2..])
    };
    std::fs::remove_file(object("main:docs")).unwrap();
    std::fs::remove_file(object("main:clusters/prod/cr.yaml")).unwrap();
    Command::new("chmod").args(["u+w", object("main:bin/run").to_str().unwrap()]).status().unwrap();
    std::fs::write(object("main:bin/run"), b"broken").unwrap();
    let open = repo.open();
    let tree = open.tree(&open.base(Some("main")).unwrap().commit).unwrap();
    assert_eq!(tree.entry("docs/README.md").unwrap_err().path, "docs");
    assert_eq!(tree.entry("docs/no").unwrap_err().path, "docs");
    assert_eq!(tree.list("docs").unwrap_err().path, "docs");
    assert_eq!(tree.read("clusters/prod/cr.yaml").unwrap_err().path, "clusters/prod/cr.yaml");
    assert_eq!(tree.read("bin/run").unwrap_err().path, "bin/run");
    assert_eq!(tree.walk().unwrap_err().path, "docs");
}

#[test]
fn finds_a_name_that_is_not_utf8_by_the_name_it_shows() {
    let repo = Repo::new();
    let script = "blob=$(git hash-object -w docs/README.md); \
         tree=$(printf '100644 blob %s\\t\\344.txt\\0' $blob | git mktree -z); \
         git update-ref refs/heads/odd $(git commit-tree $tree -m odd)";
    assert!(pinned(Command::new("sh").current_dir(&repo.dir)).args(["-ec", script]).status().unwrap().success());
    let open = repo.open();
    let tree = open.tree(&open.base(Some("odd")).unwrap().commit).unwrap();
    let (path, _) = tree.walk().unwrap().remove(0);
    assert_eq!(path, "\u{fffd}.txt");
    assert!(tree.read(&path).is_ok());
}

#[test]
fn tells_the_paths_that_two_commits_differ_in() {
    let repo = Repo::new();
    let one = repo.open().base(None).unwrap().commit;
    repo.git(&["rm", "-q", "-r", "docs"]);
    repo.write("docs", "now a file\n");
    repo.git(&["mv", "clusters/prod/cr.yaml", "clusters/prod/renamed.yaml"]);
    repo.commit("second");
    let open = repo.open();
    let two = open.base(None).unwrap().commit;
    let expected = ["clusters/prod/cr.yaml", "clusters/prod/renamed.yaml", "docs", "docs/README.md"];
    assert_eq!(open.changed_paths(&one, &two).unwrap(), expected);
    assert_eq!(open.changed_paths(&one, &one).unwrap(), Vec::<String>::new());
    assert_eq!(open.merge_base(&one, &two).unwrap(), Some(one));
}

/// Feeds text to git.
pub(crate) fn feed(repo: &Repo, args: &[&str], text: &[u8]) {
    use std::io::Write as _;
    let mut command = Command::new("git");
    pinned(command.current_dir(&repo.dir)).args(args).stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(text).unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
fn knows_the_size_of_a_file_and_reads_no_endless_link() {
    let repo = full();
    repo.write("long", &"x".repeat(5000));
    let id = repo.git(&["hash-object", "-w", "long"]);
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("120000,{},long-link", id.trim())]);
    repo.git(&["commit", "-q", "-m", "long"]);
    let open = repo.open();
    let tree = open.tree(&open.base(Some("main")).unwrap().commit).unwrap();
    assert_eq!(tree.size("bin/run").unwrap(), Some(10));
    assert_eq!(tree.size("bin").unwrap(), None);
    assert_eq!(tree.size("no").unwrap(), None);
    let error = tree.entry("long-link").unwrap_err().to_string();
    assert_eq!(error, "failed to read `long-link`: it is a symbolic link of more than 4096 bytes");
}

//! Storage that fails and processes that die: a clear error, nothing changed, and the next run gets there.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use leeward::git::Outcome;

use crate::repo::{BRANCH, Repo, propose, usual};
use crate::skip::skip;
use crate::worker::{command, run};

/// Runs a shell line; it must succeed.
fn sh(dir: &Path, line: &str) {
    assert!(Command::new("sh").current_dir(dir).args(["-ec", line]).status().unwrap().success(), "{line}");
}

/// Asserts that a failed run left everything as it was, and that a run without the trouble succeeds.
fn assert_unchanged(repo: &Repo, branches: &str) {
    assert_eq!(repo.git(&["for-each-ref"]), branches);
    repo.assert_sound();
}

#[test]
fn says_so_when_the_repository_cannot_be_written() {
    let repo = Repo::new();
    let branches = repo.git(&["for-each-ref"]);
    let top = repo.dir.parent().unwrap();
    let is_root = std::fs::metadata(top).unwrap().uid() == 0;
    let mut through = Vec::new();
    if is_root {
        // Permission bits do not bind root, so the worker runs as nobody, from a place that nobody can read.
        let exe = std::env::current_exe().unwrap();
        std::fs::copy(exe, top.join("worker")).unwrap();
        sh(top, "chown -R 65534:65534 repo && chmod 755 . worker");
        through = vec!["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    }
    let worker = |repo: &Repo| {
        let mut worker = command(&through, &repo.dir);
        if is_root {
            let args: Vec<_> = worker.get_args().map(std::ffi::OsStr::to_owned).collect();
            let exe = std::env::current_exe().unwrap();
            let args = args.into_iter().map(|arg| if arg == exe { top.join("worker").into() } else { arg });
            let mut moved = Command::new("setpriv");
            moved.args(args).envs(worker.get_envs().filter_map(|(key, value)| Some((key, value?)))).current_dir(top);
            worker = moved;
        }
        run(&mut worker)
    };
    sh(&repo.dir, "find .git/objects -type d -exec chmod a-w {} +");
    let said = worker(&repo);
    assert_eq!(said[0], "outside", "{said:?}");
    assert!(said[2].contains("failed to write the object of `clusters/prod/"), "{said:?}");
    sh(&repo.dir, "find .git/objects -type d -exec chmod u+w {} + && chmod a-w .git/refs/heads");
    let said = worker(&repo);
    assert_eq!(said[0], "outside", "{said:?}");
    assert!(said[2].contains(&format!("failed to move branch `{BRANCH}`")), "{said:?}");
    sh(&repo.dir, "chmod u+w .git/refs/heads");
    if is_root {
        sh(top, "chown -R 0:0 repo");
    }
    assert_unchanged(&repo, &branches);
    propose(&repo.open(), "main", &usual()).unwrap();
}

#[test]
fn says_so_when_a_file_cannot_grow() {
    let repo = Repo::new();
    let branches = repo.git(&["for-each-ref"]);
    let said = run(&mut command(&["sh", "-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh"], &repo.dir));
    assert_eq!(said[0], "outside", "{said:?}");
    assert!(said[2].contains("failed to write the object of `clusters/prod/"), "{said:?}");
    assert_unchanged(&repo, &branches);
    propose(&repo.open(), "main", &usual()).unwrap();
}

#[test]
fn says_so_when_the_disk_is_full() {
    let repo = Repo::new();
    let mount = repo.beside("small");
    std::fs::create_dir(&mount).unwrap();
    let can = Command::new("unshare").args(["-m", "mount", "-t", "tmpfs", "tmpfs"]).arg(&mount).output();
    if !can.is_ok_and(|output| output.status.success()) {
        skip(None, "says_so_when_the_disk_is_full", "mounting a small tmpfs is not allowed here");
        return;
    }
    // The repository is copied into the small disk, which is then filled up, and copied out again to be looked at.
    let line = format!(
        "mount -t tmpfs -o size=4m tmpfs {0} && cp -a {1} {0}/repo && (cat /dev/zero > {0}/fill || true) 2>&- ; \
         {{ \"$@\"; }} 2>&1 | cat; rm {0}/fill; cp -a {0}/repo {0}.after",
        mount.display(),
        repo.dir.display()
    );
    let said = run(&mut command(&["unshare", "-m", "sh", "-c", &line, "sh"], &mount.join("repo")));
    assert_eq!(said[0], "outside", "{said:?}");
    assert!(said[2].contains("No space left on device"), "{said:?}");
    let after = Repo::at(repo.beside("small.after"));
    assert_unchanged(&after, &repo.git(&["for-each-ref"]));
    propose(&after.open(), "main", &usual()).unwrap();
}

#[test]
fn converges_after_being_killed_at_any_instant() {
    let expected = propose(&Repo::new().open(), "main", &usual()).unwrap().1;
    let (mut died, mut locked) = (0, 0);
    let mut round: u64 = 0;
    // Where a run ends before each of 20 moments, ever earlier ones follow.
    while round < 20 || (died == 0 && round < 60) {
        let repo = Repo::new();
        let before = repo.snapshot();
        let mut child = command(&[], &repo.dir).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_micros(if round < 20 { 2_000 + 700 * round } else { 50 * (60 - round) }));
        round += 1;
        child.kill().unwrap();
        died += usize::from(!child.wait().unwrap().success());
        assert_eq!(before, repo.snapshot());
        repo.assert_sound();
        let lock = repo.dir.join(format!(".git/refs/heads/{BRANCH}.lock"));
        if lock.exists() {
            locked += 1;
            std::fs::remove_file(&lock).unwrap();
        }
        let (outcome, commit) = propose(&repo.open(), "main", &usual()).unwrap();
        assert!(matches!(outcome, Outcome::New | Outcome::AlreadyProposed(_)), "{outcome:?}");
        assert_eq!((commit.id.as_str(), repo.id(BRANCH).as_str()), (expected.id.as_str(), expected.id.as_str()));
        repo.assert_sound();
    }
    assert!(died > 0, "every run of {round} ended before it could be killed");
    eprintln!("{round} rounds: {died} killed before the end, {locked} holding the lock");
}

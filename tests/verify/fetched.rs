//! `--fetch`: the merge happens elsewhere, and is waited for.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::scene::{BRANCH, KUSTOMIZATION, Scene};

#[test]
fn a_merge_on_the_remote_is_fetched_and_waited_for() {
    let scene = Scene::proposed();
    let remote = scene.world.top().join("remote.git");
    let remote = remote.to_str().unwrap();
    scene.world.git(&["init", "-q", "--bare", "-b", "main", remote]);
    scene.world.git(&["remote", "add", "origin", remote]);
    scene.world.git(&["push", "-q", "origin", "main", BRANCH]);
    scene.world.git(&["fetch", "-q", "origin"]);
    let waits = scene.verify(&["--fetch", "--timeout", "0"]);
    assert_eq!(waits.code, 1, "{waits:?}");
    assert!(waits.stdout.contains(" is not in origin/main, as far as"), "{}", waits.stdout);
    // Somebody merges on the remote while the run waits: the file of the verdict is written by the run that saw it.
    let other = scene.world.top().join("other");
    let other = other.to_str().unwrap();
    scene.world.git(&["clone", "-q", remote, other]);
    scene.world.git(&["-C", other, "merge", "-q", "--no-ff", "-m", "merge", &format!("origin/{BRANCH}")]);
    let merge = scene.world.git(&["-C", other, "rev-parse", "HEAD"]);
    scene.world.git(&["-C", other, "push", "-q", "origin", "HEAD:main"]);
    let without = scene.verify(&["--timeout", "0"]);
    assert_eq!(without.code, 1, "nobody fetched: {without:?}");
    let run = scene.verify(&["--fetch", "--timeout", "0", "--format", "json"]);
    let answer: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    assert_eq!(
        (answer["checks"][0]["outcome"].as_str(), answer["commit"].as_str()),
        (Some("passed"), Some(merge.as_str()))
    );
    assert!(scene.api.was_asked(KUSTOMIZATION));
}

#[test]
fn a_remote_that_does_not_answer_is_said() {
    let scene = Scene::applied();
    let remote = scene.world.top().join("remote.git");
    scene.world.git(&["init", "-q", "--bare", "-b", "main", remote.to_str().unwrap()]);
    scene.world.git(&["remote", "add", "origin", remote.to_str().unwrap()]);
    scene.world.git(&["push", "-q", "origin", "main"]);
    scene.world.git(&["fetch", "-q", "origin"]);
    std::fs::remove_dir_all(&remote).unwrap();
    let run = scene.verify(&["--fetch", "--base", "main", "--timeout", "0"]);
    let note = "note: remote `origin` did not answer: `origin/main` is as it was last fetched\n";
    assert_eq!((run.code, run.stderr.as_str()), (4, note), "{}", run.stdout);
}

#[test]
fn a_remote_that_hangs_holds_the_run_no_longer_than_one_look() {
    let scene = Scene::applied();
    // It takes connections, and nobody says a word.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("git://127.0.0.1:{}/gitops", silent.local_addr().unwrap().port());
    scene.world.git(&["remote", "add", "origin", &address]);
    scene.world.git(&["update-ref", "refs/remotes/origin/main", "main"]);
    let started = Instant::now();
    let run = scene.verify(&["--fetch", "--base", "main", "--timeout", "1"]);
    let note = "note: remote `origin` did not answer: `origin/main` is as it was last fetched\n";
    assert_eq!((run.code, run.stderr.as_str()), (4, note), "{}", run.stdout);
    // One fetch takes ten seconds at most; one that nobody cuts short takes a minute, and two of them two.
    assert!(started.elapsed() < Duration::from_secs(40), "{:?}", started.elapsed());
}

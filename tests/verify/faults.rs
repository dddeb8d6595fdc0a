//! What goes wrong on the way: a server that is away, one that never was there, a deadline, a base that moves, a person who
//! takes the change back while it is followed.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::scene::{BACKUP, CLUSTER, KUSTOMIZATION, SOURCE, Scene, live};
use crate::world::NOW;

/// Returns the outcome of a check; empty where the answer has none.
fn outcome(json: &str, name: &str) -> String {
    let answer: Value = serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"));
    let found = answer["checks"].as_array().unwrap().iter().find(|check| check["name"] == name).cloned();
    found.map(|check| check["outcome"].as_str().unwrap().to_owned()).unwrap_or_default()
}

#[test]
fn a_server_that_never_answered_ends_the_run_at_once() {
    let scene = Scene::applied();
    scene.api.down(true);
    let run = scene.verify(&["--format", "json"]);
    assert_eq!((run.code, outcome(&run.stdout, "applied").as_str()), (4, "cannot-tell"), "{run:?}");
}

#[test]
fn a_server_that_takes_connections_and_says_nothing_holds_the_run_no_longer_than_one_look() {
    let scene = Scene::applied();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let kubeconfig = scene.api.kubeconfig().replace(&scene.api.port.to_string(), &port.to_string());
    std::fs::write(scene.world.top().join("silent"), kubeconfig).unwrap();
    let started = Instant::now();
    let words = ["verify", "--kubeconfig", "../silent", "--timeout", "1", "--format", "json"];
    let run = scene.world.leeward_with(&words, &[("LEEWARD_NOW", NOW)]);
    assert_eq!((run.code, outcome(&run.stdout, "applied").as_str()), (4, "cannot-tell"), "{run:?}");
    // A look takes ten seconds at most; one that nobody cuts short takes a minute.
    assert!(started.elapsed() < Duration::from_secs(35), "{:?}", started.elapsed());
}

#[test]
fn a_server_that_is_away_for_a_while_is_asked_again() {
    let scene = Scene::applied();
    scene.api.change(CLUSTER, |cluster| cluster["status"]["state"] = "initializing".into());
    let mut lists = 0;
    scene.api.play(move |line, objects| {
        lists += usize::from(line.ends_with("/perconaxtradbclusterbackups"));
        // In the second look the collector's Deployment answers nothing that an API server says.
        let path = "/apis/apps/v1/namespaces/pxc-a/deployments/cluster1-pitr";
        if lists == 2 {
            objects.insert(path.to_owned(), json!("nobody is here"));
        } else if lists > 2 {
            objects.remove(path);
            objects.get_mut(CLUSTER).unwrap()["status"]["state"] = "ready".into();
        }
    });
    let run = scene.verify(&["--format", "json"]);
    assert_eq!(outcome(&run.stdout, "observed"), "passed", "{run:?}");
    assert_eq!(outcome(&run.stdout, "collector"), "passed", "{run:?}");
}

#[test]
fn the_time_that_is_over_says_what_is_still_missing() {
    let scene = Scene::applied();
    scene.api.change(CLUSTER, |cluster| cluster["status"]["state"] = "initializing".into());
    let run = scene.verify(&["--timeout", "2"]);
    // On a machine that is busy the time may be over with the first look.
    let told = "observed: the cluster is initializing, observedGeneration 2 = generation\n";
    assert!(run.stderr.is_empty() || run.stderr == told, "{}", run.stderr);
    assert!(run.stdout.contains("\nwaiting      observed   the cluster is initializing"), "{}", run.stdout);
    assert_eq!(run.code, 1);
}

#[test]
fn what_changes_while_it_is_followed_is_seen() {
    let scene = Scene::proposed();
    let merge = scene.merge();
    let (source, kustomization) = (crate::scene::source(&merge), crate::scene::kustomization(&merge));
    let cluster = live(&scene.world, "main");
    let mut looks = 0;
    scene.api.play(move |line, objects| {
        if line == format!("GET {KUSTOMIZATION}") {
            looks += 1;
            if looks == 2 {
                objects.insert(SOURCE.to_owned(), source.clone());
            } else if looks == 3 {
                objects.insert(KUSTOMIZATION.to_owned(), kustomization.clone());
                objects.insert(CLUSTER.to_owned(), cluster.clone());
            }
        }
    });
    let run = scene.verify(&["--format", "json"]);
    let lines: Vec<&str> = run.stderr.lines().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!((outcome(&run.stdout, "observed").as_str(), lines), ("passed", vec!["applied", "applied"]), "{run:?}");
}

#[test]
fn a_base_that_takes_the_change_back_meanwhile_ends_the_run() {
    let scene = Scene::applied();
    scene.api.change(CLUSTER, |cluster| cluster["status"]["state"] = "initializing".into());
    let (repo, mut reverted) = (scene.world.repo(), false);
    scene.api.play(move |line, _| {
        if !reverted && line.ends_with("/perconaxtradbclusterbackups") {
            reverted = true;
            let mut git = std::process::Command::new("git");
            git.current_dir(&repo).args(["-c", "user.name=Pat", "-c", "user.email=pat@example.org"]);
            let output = git.args(["revert", "--no-edit", "-m", "1", "HEAD"]).output().unwrap();
            assert!(output.status.success(), "{output:?}");
        }
    });
    let run = scene.verify(&["--format", "json"]);
    assert_eq!((run.code, outcome(&run.stdout, "merged").as_str()), (1, "failed"), "{run:?}");
    let again = scene.verify(&["--format", "json", "--incident", "minio-a-1122"]);
    assert_eq!((again.code, outcome(&again.stdout, "merged").as_str()), (1, "failed"), "{again:?}");
}

#[test]
fn a_run_that_was_ended_leaves_one_backup_that_the_next_one_follows() {
    let scene = Scene::applied();
    // The connection breaks on the way back: nobody knows whether the backup was made.
    let ended = scene.verify(&["--test-backup", "--timeout", "0"]);
    assert_eq!(ended.code, 1);
    scene.api.change(BACKUP, |backup| backup["status"] = json!({"state": "Starting"}));
    let run = scene.verify(&["--test-backup", "--timeout", "0", "--format", "json"]);
    assert_eq!(outcome(&run.stdout, "backup"), "waiting");
    assert_eq!(scene.api.writes().len(), 1);
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    let next = "leeward verify --incident minio-a-1122 --kubeconfig ../kubeconfig --backup leeward-minio-a-1122-1";
    assert_eq!(answer["next"], next);
}

#[test]
fn a_backup_whose_making_nobody_heard_of_may_be_there_and_is_found() {
    let post = "POST /apis/pxc.percona.com/v1/namespaces/pxc-a/perconaxtradbclusterbackups";
    let cut = || {
        let scene = Scene::applied();
        scene.api.cut(post);
        scene
    };
    let ended = cut();
    let run = ended.verify(&["--test-backup", "--timeout", "0", "--format", "json"]);
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    let check = answer["checks"].as_array().unwrap().iter().find(|check| check["name"] == "backup").unwrap();
    let fact = check["fact"].as_str().unwrap();
    assert!(fact.starts_with("`leeward-minio-a-1122-1` may have been made: "), "{fact}");
    assert!(fact.ends_with("; a rerun finds it, and makes no second one"), "{fact}");
    let next = "leeward verify --incident minio-a-1122 --kubeconfig ../kubeconfig --test-backup";
    assert_eq!((run.code, &check["hint"], &answer["next"]), (4, &json!("--test-backup"), &json!(next)));
    // Who still has time looks again.
    let followed = cut();
    followed.api.play(|_, objects| {
        if let Some(backup) = objects.get_mut(BACKUP) {
            backup["status"] = json!({"state": "Running"});
        }
    });
    let run = followed.verify(&["--test-backup", "--timeout", "8", "--format", "json"]);
    assert_eq!((run.code, outcome(&run.stdout, "backup").as_str()), (1, "waiting"), "{run:?}");
    assert_eq!(followed.api.writes(), [post]);
}

#[test]
fn who_may_not_watch_looks_again_all_the_same() {
    let scene = Scene::applied();
    for resource in ["perconaxtradbclusters", "kustomizations", "deployments"] {
        scene.api.deny("watch", resource);
    }
    scene.api.change(CLUSTER, |cluster| cluster["status"]["state"] = "initializing".into());
    let mut looks = 0;
    scene.api.play(move |line, objects| {
        looks += usize::from(line == format!("GET {KUSTOMIZATION}"));
        if looks == 2 {
            objects.get_mut(CLUSTER).unwrap()["status"]["state"] = "ready".into();
        }
    });
    let run = scene.verify(&["--format", "json"]);
    assert_eq!(outcome(&run.stdout, "observed"), "passed", "{run:?}");
}

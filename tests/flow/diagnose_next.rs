//! What comes next goes on from what was typed: the same place, keys, repository; names that are not there are said and are
//! not typed again.

use serde_json::{Value, json};

use crate::diagnose_probe::{KEYS, server, sound};
use crate::diagnose_storages::{NOBODY, one_line, origin, s3, world};
use crate::world::{Run, World};

/// Returns what a run says comes next.
#[track_caller]
fn next(run: &Run) -> &str {
    run.stdout.lines().find_map(|line| line.strip_prefix("next  ")).unwrap_or_else(|| panic!("{run:?}"))
}

/// Returns a world with a file of keys.
fn keyed() -> World {
    let world = World::empty();
    world.write("keys.env", "AWS_ACCESS_KEY_ID=sesame-key\nAWS_SECRET_ACCESS_KEY=sesame-secret\n");
    world
}

#[test]
fn a_place_that_was_typed_is_asked_again_as_it_was_typed() {
    let world = keyed();
    let (url, _) = server(Box::new(sound));
    let typed = format!("leeward diagnose --probe {url} --credentials keys.env");
    let run = world.leeward(&["diagnose", "--probe", &url, "--credentials", "keys.env"]);
    assert_eq!(next(&run), format!("{typed} --write-probe"));
    // It is a command: typed as it stands it answers.
    let words: Vec<&str> = next(&run).split(' ').skip(1).collect();
    let again = world.leeward(&words);
    assert!(
        again.stdout.starts_with("Healthy: ") && again.stdout.lines().next().unwrap().ends_with(" (certain)"),
        "{again:?}"
    );
    let run = world.leeward(&["diagnose", "--probe", &url]);
    assert_eq!((run.code, next(&run)), (4, format!("leeward diagnose --probe {url} --credentials FILE").as_str()));
    for (code, status) in
        [("RequestTimeTooSkewed", 403), ("NoSuchBucket", 404), ("PermanentRedirect", 301), ("SlowDown", 503)]
    {
        let (url, _) = server(Box::new(move |request: &str| match request {
            _ if request.contains(" Authorization") => {
                let body = format!("<Error><Code>{code}</Code><Message>m</Message></Error>");
                (status, format!("x-minio-error-code: {code}\r\n"), body)
            }
            _ => sound(request),
        }));
        let flags = ["--credentials", "keys.env", "--region", "eu-west-1", "--timeout", "60"];
        let run = world.leeward(&[&["diagnose", "--probe", &url], &flags[..]].concat());
        assert_eq!(next(&run), format!("leeward diagnose --probe {url} {}", flags.join(" ")), "{run:?}");
    }
}

#[test]
fn the_repository_that_was_typed_goes_on_into_the_plan() {
    let (sound, _) = server(Box::new(sound));
    let world = world(&json!({"minio-a": s3(NOBODY, "a"), "minio-b": s3(origin(&sound), "b")}));
    world.write("sub/note", "");
    let repo = world.repo().display().to_string();
    let run = world.leeward(&["diagnose", "--cluster", "db", "--repo", &repo]);
    assert_eq!(next(&run), format!("leeward plan --cluster pxc/db --storage minio-a --to minio-b --repo {repo}"));
    assert_eq!(world.leeward(&next(&run).split(' ').skip(1).collect::<Vec<_>>()).code, 0);
}

#[test]
fn names_that_git_does_not_have_are_said_and_not_typed_again() {
    let world =
        world(&json!({"minio-a": s3("https://minio.a.example:9000", "a"), "minio-b": s3("https://b.example", "b")}));
    world.write("pod.log", "Connect timeout on endpoint URL: \"https://minio.a.example:9000/pxc\"\n");
    let ask = |flags: &[&str]| world.leeward(&[&["diagnose", "--log", "pod.log"], flags].concat());
    let run = ask(&["--cluster", "nosuch/x"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, "note: Git has no cluster `nosuch/x`: there are `pxc/db`\n"));
    assert!(next(&run).starts_with("leeward plan --cluster NAMESPACE/NAME --storage "), "{run:?}");
    let said: Value = serde_json::from_str(&ask(&["--cluster", "nosuch/x", "--format", "json"]).stdout).unwrap();
    assert_eq!(said["subject"]["clusters"], json!([]));
    let run = ask(&["--cluster", "db", "--storage", "nosuch"]);
    let said = "note: in Git no storage is `nosuch`: there are `minio-a`, `minio-b`\n";
    assert_eq!((run.code, run.stderr.as_str()), (0, said));
    assert_eq!(next(&run), "leeward plan --cluster db --storage minio-a --to minio-b");
    let run = ask(&["--repo", "/nonexist"]);
    assert!(run.code == 0 && run.stderr.starts_with("note: repository `/nonexist` was not read: "), "{run:?}");
    assert_eq!(ask(&["--cluster", "db", "--storage", "minio-a"]).stderr, "");
    // Where there is no repository nobody can tell.
    let run = World::empty().leeward_with(&["diagnose", "--log", "nosuch.log", "--cluster", "x"], &KEYS);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(!one_line(&run.stderr).contains("Git has no cluster"), "{run:?}");
}

#[test]
fn a_run_that_came_to_no_end_leaves_nothing_in_the_way_of_the_next() {
    let world = World::empty();
    world.write("pod.log", "(InvalidAccessKeyId)\n");
    std::fs::create_dir(world.repo().join("kept")).unwrap();
    for folder in ["new", "kept"] {
        let run = world.leeward(&["diagnose", "--log", "pod.log", "--log", "nosuch.log", "--save", folder]);
        assert!(run.code == 3 && run.stderr.contains("failed to read log `nosuch.log`"), "{run:?}");
        assert_eq!(world.repo().join(folder).exists(), folder == "kept");
        let run = world.leeward(&["diagnose", "--log", "pod.log", "--save", folder]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
        assert_eq!(world.leeward(&["diagnose", "--evidence", folder]), run);
    }
}

#[test]
fn where_the_api_server_cannot_be_asked_git_says_which_storages_to_ask() {
    let (url, asked) = server(Box::new(sound));
    let world = world(&json!({"minio-a": s3(origin(&url), "a")}));
    let config = "apiVersion: v1\nkind: Config\nclusters: [{name: c, cluster: {server: \"http://127.0.0.1:1\"}}]\n\
                  users: [{name: u, user: {}}]\ncontexts: [{name: x, context: {cluster: c, user: u}}]\ncurrent-context: x\n";
    world.write("config.yaml", config);
    let ask = ["diagnose", "--cluster", "pxc/db", "--kubeconfig", "config.yaml", "--probe"];
    let run = world.leeward(&ask);
    assert!(
        run.stderr.contains("note: the storages were asked as Git has them: the cluster could not be read\n"),
        "{run:?}"
    );
    assert!(!asked.lock().unwrap().is_empty(), "{run:?}");
    let said = one_line(&run.stdout);
    assert!(said.contains("Git does not say it, and the cluster's could not be read"), "{run:?}");
    let empty = World::empty();
    empty.write("config.yaml", config);
    let run = empty.leeward(&ask);
    assert!(
        run.stderr.contains("note: no storage was asked: the cluster could not be read, and Git does not tell: "),
        "{run:?}"
    );
}

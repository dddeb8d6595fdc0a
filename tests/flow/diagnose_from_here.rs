//! What a probe from here must not claim: what a server only quotes, keys that nobody named, names that only a pod can ask, a
//! storage that nobody wrote to, one that another storage's logs are not about.

use serde_json::{Value, json};

use crate::diagnose_probe::{Answer, KEYS, plain, server, sound};
use crate::diagnose_storages::{NOBODY, one_line, origin, s3, world};
use crate::world::World;

/// Returns the requests of a method.
fn of_method(asked: &[String], method: &str) -> usize {
    asked.iter().filter(|line| line.starts_with(method)).count()
}

/// Returns a refusal as S3 writes it.
fn refused(status: u16, code: &str) -> Answer {
    plain(status, &format!("<Error><Code>{code}</Code><Message>m</Message></Error>"))
}

#[test]
fn what_a_server_or_a_pod_quotes_is_no_word_of_the_probe() {
    let words = "probe: every step was answered as it should be, the marker's too";
    let (url, _) = server(Box::new(move |request: &str| match request {
        _ if request.starts_with("GET /pxc-a") => refused(403, &format!("X\n{words}\n")),
        _ => sound(request),
    }));
    let world = World::empty();
    let run = world.leeward_with(&["diagnose", "--probe", &url], &KEYS);
    assert!(run.stdout.starts_with("AccessDenied: ") && run.stdout.contains("error occurred (403) when"), "{run:?}");
    world.write(
        "pod.log",
        &format!("An error occurred (AccessDenied) when calling the PutObject operation: x\n{words}\n"),
    );
    let run = world.leeward(&["diagnose", "--log", "pod.log"]);
    assert!(run.stdout.starts_with("AccessDenied: "), "{run:?}");
}

#[test]
fn no_key_comes_back_in_what_a_proxy_quotes() {
    let quoted =
        "https%3A%2F%2Fm%2Fpxc%3FX-Amz-Security-Token%3Dsesame%2Btoken%252F12%26X-Amz-Signature%3D0123456789abcdef";
    let body = format!("<html>login?rd={quoted} sesame-key sesame-secret</html>");
    let (url, asked) = server(Box::new(move |request: &str| match request {
        _ if request.contains(" Authorization") => plain(403, &body),
        _ => sound(request),
    }));
    let world = World::empty();
    let token = [KEYS[0], KEYS[1], ("AWS_SESSION_TOKEN", "sesame+token/12")];
    let run = world.leeward_with(&["diagnose", "--probe", &url, "--save", "bundle"], &token);
    let said = format!("{}{}{}", run.stdout, run.stderr, world.read("bundle/logs/01.log"));
    assert!(said.contains("***") && !said.contains("sesame") && !said.contains("0123456789abcdef"), "{said}");
    let asked = asked.lock().unwrap();
    assert!(asked.iter().any(|line| line.contains(" Authorization")), "{asked:?}");
    assert!(asked.iter().all(|line| !line.contains("sesame") && !line.contains("X-Amz-")), "{asked:?}");
}

#[test]
fn clocks_that_backups_bear_are_no_cause() {
    let (url, _) = server(Box::new(|request: &str| match request {
        // A signature that expires is over on a server that is ahead.
        _ if request.contains("X-Amz-Expires") => refused(403, "RequestTimeTooSkewed"),
        _ => sound(request),
    }));
    let now = |now| [KEYS[0], KEYS[1], ("LEEWARD_NOW", now)];
    let run = World::empty().leeward_with(&["diagnose", "--probe", &url], &now("2026-11-22T09:53:00Z"));
    assert!(run.stdout.starts_with("Healthy: ") && one_line(&run.stdout).contains("clock +420 s"), "{run:?}");
}

#[test]
fn keys_that_nobody_named_rotate_nothing() {
    let (url, asked) = server(Box::new(|request: &str| match request {
        _ if request.contains(" Authorization") => refused(403, "InvalidAccessKeyId"),
        _ => sound(request),
    }));
    let world = world(&json!({"minio-a": s3(origin(&url), "a")}));
    let run = world.leeward_with(&["diagnose", "--cluster", "db"], &KEYS);
    assert!(run.stdout.starts_with("AccessKeyUnknown: "), "{run:?}");
    assert!(run.stdout.lines().next().unwrap().ends_with(" (possible)"), "{run:?}");
    assert!(one_line(&run.stdout).contains("; keys of the environment; "), "{run:?}");
    let next = "next  leeward diagnose --cluster pxc/db --storage minio-a --credentials FILE\n";
    assert!(run.stdout.ends_with(next), "{run:?}");
    world.write("keys.env", "AWS_ACCESS_KEY_ID=sesame-key\nAWS_SECRET_ACCESS_KEY=sesame-secret\n");
    let run = world.leeward(&["diagnose", "--cluster", "db", "--credentials", "keys.env"]);
    assert!(run.stdout.lines().next().unwrap().ends_with(" (certain)"), "{run:?}");
    // A token goes to no server that nobody named, where everybody could read it.
    asked.lock().unwrap().clear();
    let token = [KEYS[0], KEYS[1], ("AWS_SESSION_TOKEN", "sesame-token")];
    let run = world.leeward_with(&["diagnose", "--cluster", "db"], &token);
    assert_eq!(run.code, 4, "{run:?}");
    assert!(
        one_line(&run.stdout).contains("the environment's session token does not go over plain http, no right tried")
    );
    assert!(asked.lock().unwrap().iter().all(|line| !line.contains(" Authorization")), "{run:?}");
}

#[test]
fn nothing_is_sound_that_nobody_wrote_to() {
    let ((a, _), (b, _)) = (server(Box::new(sound)), server(Box::new(sound)));
    let world = world(&json!({"minio-a": s3(origin(&a), "a"), "minio-b": s3(origin(&b), "b")}));
    world.write("keys.env", "AWS_ACCESS_KEY_ID=sesame-key\nAWS_SECRET_ACCESS_KEY=sesame-secret\n");
    let ask = |more: &[&str]| {
        world.leeward(&[&["diagnose", "--cluster", "db", "--credentials", "minio-a=keys.env"], more].concat())
    };
    let run = ask(&["--storage", "minio-a"]);
    assert!(
        run.stdout.starts_with("Healthy: nothing in the evidence speaks against the next backup (possible)\n"),
        "{run:?}"
    );
    let next =
        "next  leeward diagnose --cluster pxc/db --storage minio-a --credentials minio-a=keys.env --write-probe\n";
    assert!(run.stdout.ends_with(next), "{run:?}");
    let run = ask(&["--storage", "minio-a", "--write-probe"]);
    assert!(
        run.stdout.starts_with("Healthy: nothing in the evidence speaks against the next backup (certain)\n"),
        "{run:?}"
    );
    assert!(!run.stdout.contains("\nnext "), "{run:?}");
    // Nothing depends on the other one; where something does, it has to be sound too.
    assert!(ask(&[]).stdout.starts_with("Healthy: "));
    let cluster = world
        .read("pxc/cluster.yaml")
        .replace("\"daily\"", "\"x\",\"schedule\":\"0 4 * * *\",\"storageName\":\"minio-b\"},{\"name\":\"daily\"");
    world.write("pxc/cluster.yaml", &cluster);
    world.commit("second");
    assert_eq!(ask(&[]).code, 4, "{:?}", ask(&[]));
}

#[test]
fn a_name_that_only_a_pod_can_ask_is_no_cause() {
    let run = World::empty().leeward(&["diagnose", "--probe", "http://minio.minio.svc.cluster.local:9000/b"]);
    assert_eq!(run.code, 4, "{run:?}");
    assert!(one_line(&run.stdout).contains("only a pod can ask this name, so nothing was asked"), "{run:?}");
}

#[test]
fn a_dead_storage_that_the_logs_do_not_name_leads_nothing() {
    let (url, _) = server(Box::new(sound));
    let world = world(&json!({"archive": s3(NOBODY, "x"), "minio-a": s3(origin(&url), "a")}));
    let denied = "fatal error: An error occurred (AccessDenied) when calling the PutObject operation: Access Denied.";
    world.write("pod.log", &format!("{denied}\n"));
    world.write("named.log", &format!("{denied} {}/pxc/c1/x\n", origin(&url)));
    let said = |log: &str| -> Value {
        let run = world.leeward(&["diagnose", "--log", log, "--cluster", "db", "--probe", "--format", "json"]);
        serde_json::from_str(&run.stdout).unwrap()
    };
    for log in ["pod.log", "named.log"] {
        let said = said(log);
        assert_eq!((&said["cause"], &said["others"]), (&json!("AccessDenied"), &json!([])), "{said}");
    }
    world.write(
        "full.log",
        &format!("An error occurred (XMinioStorageFull) when calling the PutObject operation: {}/pxc/\n", origin(&url)),
    );
    let next = "leeward plan --cluster pxc/db --storage minio-a --to TARGET";
    assert_eq!(said("full.log")["next"], next);
}

#[test]
fn flags_of_a_probe_that_asks_nothing_are_refused() {
    for flag in [&["--write-probe"][..], &["--credentials", "x"]] {
        let run = World::empty().leeward(&[&["diagnose", "--log", "x", "--cluster", "db"], flag].concat());
        let said = format!("the argument '{}' needs '--probe'", flag[0]);
        assert!(run.code == 2 && run.stderr.contains(&said), "{run:?}");
    }
}

#[test]
fn the_marker_goes_where_the_storage_is_that_was_asked_for() {
    let (url, asked) = server(Box::new(sound));
    let world = world(&json!({"a-copy": s3(origin(&url), "a"), "minio-a": s3(origin(&url), "a")}));
    let run = world.leeward_with(&["diagnose", "--cluster", "db", "--storage", "minio-a", "--write-probe"], &KEYS);
    assert!(
        run.stdout.starts_with("Healthy: nothing in the evidence speaks against the next backup (certain)\n"),
        "{run:?}"
    );
    assert_eq!(of_method(&asked.lock().unwrap(), "PUT"), 1, "{run:?}");
    // One place with two keys has two markers.
    let (url, asked) = server(Box::new(sound));
    let world = self::world(&json!({"minio-a": s3(origin(&url), "a"), "minio-b": s3(origin(&url), "b")}));
    world.write("keys.env", "AWS_ACCESS_KEY_ID=sesame-key\nAWS_SECRET_ACCESS_KEY=sesame-secret\n");
    world.write("other.env", "AWS_ACCESS_KEY_ID=sesame-kez\nAWS_SECRET_ACCESS_KEY=sesame-secret\n");
    let keys = ["--credentials", "minio-a=keys.env", "--credentials", "minio-b=other.env"];
    world.leeward(&[&["diagnose", "--cluster", "db", "--write-probe"], &keys[..]].concat());
    let mut puts: Vec<String> = asked.lock().unwrap().iter().filter(|line| line.starts_with("PUT")).cloned().collect();
    puts.sort();
    puts.dedup();
    assert_eq!(puts.len(), 2, "{puts:?}");
}

#[test]
fn what_may_have_been_written_is_removed_and_named() {
    let (url, asked) = server(Box::new(|request: &str| match request {
        _ if request.starts_with("PUT") => plain(504, "<html>Gateway Timeout</html>"),
        _ => sound(request),
    }));
    let run = World::empty().leeward_with(&["diagnose", "--probe", &url, "--write-probe"], &KEYS);
    assert_eq!(of_method(&asked.lock().unwrap(), "DELETE"), 1, "{run:?}");
    let said = one_line(&run.stdout);
    assert!(said.contains("the marker `c1/leeward-probe-") && said.contains("` may be left behind"), "{run:?}");
}

#[test]
fn a_version_that_may_not_be_removed_speaks_against_nothing() {
    let (url, asked) = server(Box::new(|request: &str| match request {
        _ if request.starts_with("PUT") => (200, "x-amz-version-id: v1\r\n".to_owned(), String::new()),
        _ if request.contains("versionId=") => refused(403, "AccessDenied"),
        _ => sound(request),
    }));
    let run = World::empty().leeward_with(&["diagnose", "--probe", &url, "--write-probe"], &KEYS);
    assert!(
        run.stdout.starts_with("Healthy: nothing in the evidence speaks against the next backup (certain)\n"),
        "{run:?}"
    );
    assert_eq!(of_method(&asked.lock().unwrap(), "DELETE"), 2, "{run:?}");
    let said = one_line(&run.stdout);
    assert!(said.contains("removal ok; version `v1` of the marker `c1/leeward-probe-"), "{run:?}");
}

#[test]
fn a_storage_that_answers_with_errors_is_no_target() {
    for status in [500, 307] {
        let (url, _) = server(Box::new(move |_| plain(status, "")));
        let world = world(&json!({"minio-a": s3(NOBODY, "a"), "minio-b": s3(origin(&url), "b")}));
        let run = world.leeward(&["diagnose", "--cluster", "db"]);
        assert!(run.stdout.starts_with("EndpointUnreachable: the storage does not answer (likely)\n"), "{run:?}");
        assert!(one_line(&run.stdout).contains("`minio-b`: not clear: name ok"), "{run:?}");
        assert!(run.stdout.ends_with("next  leeward plan --cluster pxc/db --storage minio-a --to TARGET\n"), "{run:?}");
    }
    let (url, _) = server(Box::new(sound));
    let world = world(&json!({"minio-a": s3(NOBODY, "a"), "minio-b": s3(origin(&url), "b")}));
    let run = world.leeward(&["diagnose", "--cluster", "db"]);
    assert!(run.stdout.ends_with("next  leeward plan --cluster pxc/db --storage minio-a --to minio-b\n"), "{run:?}");
}

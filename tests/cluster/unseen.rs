//! `diagnose --cluster` where not all can be seen: whatever it is, it is said, never taken for absent.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::incident::answer::{cause, findings, said};
use crate::incident::{BACKUPS, CLUSTER, EVENTS, FAILED, Incident, LOG, diagnose, jobs, lease, pods};
use crate::server::Play;
use crate::setting::{Setting, status};

#[test]
fn each_missing_right_is_named_and_what_is_left_decides() {
    let incident = Incident::new();
    let right = |verb: &str, resource: &str| format!("grant verb `{verb}` on `{resource}` in namespace `pxc`");
    let all = [
        ("get", "perconaxtradbclusters.pxc.percona.com", vec![CLUSTER.to_owned()], "EndpointUnreachable"),
        ("list", "perconaxtradbclusterbackups.pxc.percona.com", vec![BACKUPS.to_owned()], "EndpointUnreachable"),
        ("list", "jobs.batch", jobs(), "EndpointUnreachable"),
        ("list", "pods", pods(), "CannotTell"),
        ("get", "pods/log", incident.log_paths(), "CannotTell"),
        ("list", "events", vec![EVENTS.to_owned()], "EndpointUnreachable"),
    ];
    for (verb, resource, paths, left) in &all {
        let less = incident.clone().without(verb, resource, paths);
        let run = less.diagnosed(&["--format", "json"]);
        assert_eq!(cause(&run).0, *left, "{resource}: {run:?}");
        assert_eq!(run.code, if *left == "CannotTell" { 4 } else { 0 }, "{resource}");
        let unseen = said(&run, "/site/unseen");
        let of_right = |line: &&Value| line["reason"] == "forbidden" && line["hint"] == right(verb, resource).as_str();
        let named = unseen.as_array().unwrap().iter().filter(of_right).count();
        assert!(named > 0, "{resource}: {unseen}");
        let text = less.diagnosed(&[]).stdout;
        assert!(text.contains("  not seen  ") && text.contains(&right(verb, resource)), "{text}");
    }
    let none = all
        .iter()
        .fold(incident.clone(), |incident, (verb, resource, paths, _)| incident.without(verb, resource, paths));
    let run = none.diagnosed(&[]);
    assert!(run.code == 4 && run.stdout.starts_with("CannotTell: "), "{run:?}");
    // Without pods nobody knows of which pod to ask for a log.
    for (verb, resource, ..) in all.iter().filter(|(_, resource, ..)| *resource != "pods/log") {
        assert!(run.stdout.contains(&right(verb, resource)), "{resource}: {}", run.stdout);
    }
}

#[test]
fn a_missing_right_never_reads_as_absence() {
    let no_backups =
        Incident::new().without("list", "perconaxtradbclusterbackups.pxc.percona.com", &[BACKUPS.to_owned()]);
    let run = no_backups.diagnosed(&["--format", "json"]);
    assert_eq!(said(&run, "/clock/0/newest_backup"), Value::Null);
    let text = no_backups.diagnosed(&[]).stdout;
    assert!(!text.contains("no good one") && !text.contains("no backup succeeded"), "{text}");
    let mut leased = no_backups;
    leased.cluster["spec"]["backup"]["allowParallel"] = false.into();
    leased.lease = Some(lease("one-uid-one"));
    assert!(!findings(&leased).contains(&"lease-leaked".to_owned()));
}

#[test]
fn a_server_that_is_away_is_one_reason_and_no_diagnosis() {
    let setting = Setting::of(Vec::new());
    let text = std::fs::read_to_string(setting.kubeconfig()).unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    std::fs::write(setting.kubeconfig(), text.replace(&setting.server.port.to_string(), &port.to_string())).unwrap();
    let run = diagnose(&setting, &["--cluster", "pxc/cluster1"]);
    assert_eq!(run.code, 4, "{run:?}");
    assert!(run.stdout.starts_with("CannotTell: the evidence names no cause\n"), "{run:?}");
    assert_eq!(run.stdout.matches("`http://").count(), 1, "{run:?}");
    let bare = diagnose(&setting, &["--cluster", "cluster1"]);
    let said = format!(
        "error: failed to find the cluster\ncaused by: `http://127.0.0.1:{port}` refuses the connection\nhint: --cluster NAMESPACE/NAME\n"
    );
    assert_eq!((bare.code, bare.stdout.as_str(), bare.stderr), (4, "", said));
}

#[test]
fn a_server_that_hangs_holds_the_answer_no_longer_than_the_deadline() {
    let stalled =
        |paths: &[String]| paths.iter().fold(Incident::new(), |incident, path| incident.but(path, Play::Stall));
    let started = Instant::now();
    // Of ten seconds one question takes four at most: what comes after it has as many on a busy machine.
    let run = stalled(&jobs()).diagnosed(&["--timeout", "10"]);
    assert!(run.code == 0 && run.stdout.contains("Jobs of backups: "), "{run:?}");
    let all: Vec<String> =
        jobs().into_iter().chain(pods()).chain([CLUSTER, BACKUPS, EVENTS].map(str::to_owned)).collect();
    let run = stalled(&all).diagnosed(&["--timeout", "3"]);
    assert_eq!(run.code, 4, "{run:?}");
    // Far more than both deadlines, far less than a request that is waited for without end.
    assert!(started.elapsed() < Duration::from_mins(1), "{:?}", started.elapsed());
}

#[test]
fn a_server_that_fails_is_said_and_the_rest_decides() {
    let broken = |path: &str| Incident::new().but(path, status(500, "InternalError", "etcd is away", json!({})));
    for path in [CLUSTER, BACKUPS, EVENTS] {
        let run = broken(path).diagnosed(&["--format", "json"]);
        assert_eq!(cause(&run).0, "EndpointUnreachable", "{path}");
        assert_eq!(said(&run, "/site/unseen/0/fact"), "the API server failed (500): etcd is away", "{path}");
    }
}

#[test]
fn half_a_log_counts_and_is_said_to_be_half() {
    let incident = Incident::new();
    let half = format!("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 9999\r\n\r\n{LOG}");
    let path = incident.log_paths().remove(0);
    let run = incident.but(&path, Play::Raw(half)).diagnosed(&["--format", "json"]);
    assert_eq!(cause(&run).0, "EndpointUnreachable");
    let what = format!("the rest of the log of pod xb-{FAILED}-aaaaa, container xtrabackup");
    let unseen = said(&run, "/site/unseen");
    let line = unseen.as_array().unwrap().iter().find(|line| line["what"] == what.as_str()).unwrap().clone();
    assert_eq!(line["reason"], "unreachable");
}

#[test]
fn a_cluster_that_is_not_there_is_refused_with_those_that_are() {
    let mut incident = Incident::new();
    incident.cluster = Value::Null;
    let run = incident.diagnosed(&[]);
    let said = "error: there is no PerconaXtraDBCluster `pxc/cluster1`\nhint: --cluster NAMESPACE/NAME\n";
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (3, "", said));
    let setting = Incident::new().setting();
    let run = diagnose(&setting, &["--cluster", "root:other"]);
    let said = "error: no cluster `other` is there; there are `pxc/cluster1`\nhint: --cluster NAMESPACE/NAME\n";
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (3, "", said));
    for named in [&["--cluster", "cluster1"][..], &["--cluster", "clusters/prod:pxc/cluster1"], &[]] {
        let run = diagnose(&setting, &[named, &["--format", "json"]].concat());
        assert_eq!(cause(&run).0, "EndpointUnreachable", "{named:?}");
    }
    let run = diagnose(&setting, &["--cluster", "a,b"]);
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (3, "error: one cluster is diagnosed at a time\nhint: --cluster NAMESPACE/NAME\n")
    );
    let run = Incident::new().diagnosed(&["--storage", "nas"]);
    let said = "error: `pxc/cluster1` has no storage `nas`; it has `minio-a`, `minio-a-binlogs`, `minio-b`\nhint: --storage NAME\n";
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (3, "", said));
}

#[test]
fn of_a_log_that_is_longer_than_what_is_read_that_is_said() {
    let mut incident = Incident::new();
    incident.logs[0].2 = "successfully uploaded chunk: x\n".repeat(19_998)
        + LOG.lines().next().unwrap()
        + "\n"
        + LOG.lines().nth(1).unwrap()
        + "\n";
    let run = incident.diagnosed(&["--format", "json"]);
    assert_eq!(cause(&run).0, "EndpointUnreachable");
    let unseen = said(&run, "/site/unseen");
    let what = format!("the start of the log of pod xb-{FAILED}-aaaaa, container xtrabackup");
    let line = unseen.as_array().unwrap().iter().find(|line| line["what"] == what.as_str()).unwrap();
    assert_eq!(
        (&line["reason"], &line["fact"]),
        (&"not-asked".into(), &"the last 20000 lines of a log are read".into())
    );
}

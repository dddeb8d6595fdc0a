//! Stage resume: a backup that succeeded on S3 at the new place comes first, by a saved verdict, as the cluster shows it,
//! or by a person's word; nothing else turns point-in-time recovery on.

use serde_json::{Value, json};

use crate::api;
use crate::refusal::FAILOVER;
use crate::world::{Run, World};

/// The branch of the stage.
const RESUME: &str = "leeward/minio-a-1122/resume";
/// What is typed.
const TYPED: [&str; 5] = ["propose", "--incident", "minio-a-1122", "--stage", "resume"];
/// What is typed next where nothing proves the place.
const LOOK: &str =
    "hint: leeward verify --incident minio-a-1122 --cluster clusters/prod-a/pxc:pxc-a/cluster1 --test-backup\n";

/// The example repository with the usual proposal merged.
fn merged() -> World {
    let world = World::gitops();
    let run = world.leeward(&FAILOVER);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    world.git(&["merge", "-q", "--ff-only", "leeward/minio-a-1122/protect"]);
    world
}

/// Returns the checks of a verdict; one of them says something else.
fn checks(other: Option<(&str, &str, &str)>) -> Value {
    let names = ["merged", "applied", "intended", "observed", "secret", "collector", "backup", "place", "objects"];
    let check = |name: &str| {
        let said = other.filter(|(known, ..)| *known == name);
        let (outcome, fact) = said.map_or(("passed", "it is so"), |(_, outcome, fact)| (outcome, fact));
        json!({"name": name, "outcome": outcome, "fact": fact, "hint": null})
    };
    Value::Array(names.map(check).to_vec())
}

/// Returns a verdict of the usual incident as a leeward wrote it that names no change, altered by a patch.
fn verdict(world: &World, patch: &Value) -> String {
    let mut verdict = json!({
        "version": 1, "kind": "Verdict", "incident": "minio-a-1122", "action": "failover", "stage": "protect",
        "cluster": {"root": "clusters/prod-a/pxc", "namespace": "pxc-a", "name": "cluster1"},
        "verdict": "passed", "checks": checks(None),
        "backup": {"name": "leeward-minio-a-1122-1", "storage": "minio-b-daily", "state": "Succeeded",
            "destination": "s3://pxc-dr/clusters/prod-a/pxc/cluster1/daily/cluster1-2026-11-22-10:14:31-full",
            "completed": "2026-11-22T10:18:43Z"},
        "base": "main", "commit": world.git(&["rev-parse", "main"]), "live": "context `prod-a`",
        "at": "2026-11-22T10:20:00Z", "opened_at": "2026-11-22T10:00:00Z", "next": null,
    });
    merge(&mut verdict, patch);
    verdict.to_string()
}

/// Merges a patch into a value.
fn merge(value: &mut Value, patch: &Value) {
    match (value, patch) {
        (Value::Object(fields), Value::Object(patch)) => {
            patch.iter().for_each(|(name, patch)| merge(fields.entry(name.clone()).or_insert(Value::Null), patch));
        }
        (value, patch) => value.clone_from(patch),
    }
}

/// Runs the stage with a verdict.
fn with_verdict(world: &World, patch: &Value) -> Run {
    std::fs::write(world.top().join("verdict.json"), verdict(world, patch)).unwrap();
    let words = [&TYPED[..], &["--verdict", "../verdict.json"]].concat();
    world.leeward_with(&words, &[("LEEWARD_NOW", "2026-11-22T10:30:00Z")])
}

#[test]
fn a_verdict_proves_the_place_and_its_backup_goes_into_git() {
    let world = merged();
    let run = with_verdict(&world, &json!({}));
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    let said = "backup-verified: Backup `leeward-minio-a-1122-1` succeeded on `minio-b-daily`, as\n";
    assert!(run.stdout.contains(said), "{run:?}");
    let file = world.show(RESUME, "clusters/prod-a/pxc/recovery/minio-a-1122/incident.yaml");
    assert!(file.contains("confirmed_backup: \"leeward-minio-a-1122-1\""), "{file}");
}

/// Returns why a verdict proves nothing.
fn refused(world: &World, patch: &Value) -> String {
    let run = with_verdict(world, patch);
    assert_eq!(run.code, 3, "{run:?}");
    let start = "error: the recovery of `pxc-a/cluster1` is refused: unconfirmed: ";
    let fact = run.stderr.strip_prefix(start).unwrap_or_else(|| panic!("{run:?}"));
    fact.strip_suffix(&format!("\n{LOOK}")).unwrap_or_else(|| panic!("{run:?}")).to_owned()
}

#[test]
fn a_verdict_of_something_else_proves_nothing() {
    let world = merged();
    let said = |patch: &Value| refused(&world, patch);
    let of = "verdict `../verdict.json` ";
    let none = "no verdict is of `clusters/prod-a/pxc:pxc-a/cluster1`";
    assert_eq!(said(&json!({"cluster": {"name": "cluster2"}})), none);
    let own = "not of `minio-a-1122` of 2026-11-22T10:00:00Z";
    let other = format!("{of}is of incident `minio-a-1121` of 2026-11-22T10:00:00Z, {own}");
    assert_eq!(said(&json!({"incident": "minio-a-1121"})), other);
    let older = format!("{of}is of incident `minio-a-1122` of 2025-11-22T10:00:00Z, {own}");
    assert_eq!(said(&json!({"opened_at": "2025-11-22T10:00:00Z"})), older);
    assert_eq!(said(&json!({"stage": "resume"})), format!("{of}is of stage resume, not of protect"));
    let future = format!("{of}is of 2099-01-01T00:00:00Z, which is still to come");
    assert_eq!(said(&json!({"at": "2099-01-01T00:00:00Z"})), future);
    let past = format!("{of}is of 1999-01-01T00:00:00Z, before the incident was opened, 2026-11-22T10:00:00Z");
    assert_eq!(said(&json!({"at": "1999-01-01T00:00:00Z"})), past);
    assert_eq!(said(&json!({"backup": null})), format!("{of}names no Backup that succeeded"));
    assert_eq!(said(&json!({"backup": {"state": "Failed"}})), format!("{of}names no Backup that succeeded"));
    let backup = "leeward-minio-a-1122-1";
    let elsewhere =
        format!("{of}is of Backup `{backup}`, which is on `archive`, not on `minio-b-daily`, `minio-b-weekly`");
    assert_eq!(said(&json!({"backup": {"storage": "archive"}})), elsewhere);
    let volume =
        format!("{of}is of Backup `{backup}`, which lies at `pvc/x`: only a backup on S3 proves a place of binlogs");
    assert_eq!(said(&json!({"backup": {"destination": "pvc/x"}})), volume);
    let misplaced = format!(
        "{of}is of Backup `{backup}`, which says that it lies at `s3://pxc-a/x`, and not below \
         `s3://pxc-dr/clusters/prod-a/pxc/cluster1/daily/` of `minio-b-daily`"
    );
    assert_eq!(said(&json!({"backup": {"destination": "s3://pxc-a/x"}})), misplaced);
    let named = [&TYPED[..], &["--verdict", "../verdict.json", "--confirmed-backup", "other"]].concat();
    std::fs::write(world.top().join("verdict.json"), verdict(&world, &json!({}))).unwrap();
    let run = world.leeward_with(&named, &[("LEEWARD_NOW", "2026-11-22T10:30:00Z")]);
    assert!(run.stderr.contains("is of Backup `leeward-minio-a-1122-1`, not of `other`\n"), "{run:?}");
}

#[test]
fn a_verdict_proves_no_more_than_verify_itself_calls_enough() {
    let world = merged();
    let of = "verdict `../verdict.json` ";
    let saying = |name: &str, outcome: &str| json!({"verdict": outcome, "checks": checks(Some((name, outcome, "why\n\u{1b}[2J")))});
    for name in ["merged", "applied", "intended", "observed", "secret", "collector", "backup", "place", "objects"] {
        let failed = format!("{of}says that check `{name}` failed: why [2J");
        assert_eq!(refused(&world, &saying(name, "failed")), failed);
        let waits = format!("{of}says that check `{name}` was waited for: why [2J");
        assert_eq!(refused(&world, &saying(name, "waiting")), waits);
        let without: Vec<Value> =
            checks(None).as_array().unwrap().iter().filter(|check| check["name"] != name).cloned().collect();
        let missing = json!({"checks": without});
        if ["secret", "collector", "objects"].contains(&name) {
            assert_eq!(with_verdict(&world, &saying(name, "cannot-tell")).code, 0, "{name}");
            continue;
        }
        assert_eq!(refused(&world, &missing), format!("{of}says nothing of check `{name}`"));
        if name == "applied" {
            assert_eq!(with_verdict(&world, &saying(name, "cannot-tell")).code, 0, "the live cluster shows it");
            continue;
        }
        let unknown = format!("{of}cannot tell check `{name}`: why [2J");
        assert_eq!(refused(&world, &saying(name, "cannot-tell")), unknown);
    }
    let odd = format!("{of}says `failed`, and its checks come to `passed`");
    assert_eq!(refused(&world, &json!({"verdict": "failed"})), odd);
}

#[test]
fn a_verdict_is_of_the_change_that_stands() {
    let world = merged();
    let of = "verdict `../verdict.json` ";
    let unknown = format!("{of}is of commit `{}`, which is not here", "f".repeat(40));
    assert_eq!(refused(&world, &json!({"commit": "f".repeat(40)})), unknown);
    let before = world.git(&["rev-parse", "main"]);
    world.replace("leeward.yaml", "minio-b-credentials", "minio-b-keys-2");
    world.commit("Another Secret");
    assert_eq!(with_verdict(&world, &json!({"commit": before})).code, 0, "the overlay is as it was");
    world.git(&["branch", "-q", "-D", RESUME]);
    let run = world.leeward(&[&FAILOVER[..], &["--incident", "minio-a-1122"]].concat());
    assert_eq!(run.code, 0, "{run:?}");
    world.git(&["merge", "-q", "--no-ff", "-m", "Another Secret", "leeward/minio-a-1122/protect"]);
    let outdated = |short: &str| {
        format!(
            "{of}is of commit `{short}`: what the base says of where backups go, and with which keys, changed since"
        )
    };
    assert_eq!(refused(&world, &json!({"commit": before})), outdated(&before[..7]));
    let named = json!({"commit": before, "change": "0a1b2c3d4e5f6071"});
    assert_eq!(refused(&world, &named), outdated(&before[..7]));
    assert_eq!(with_verdict(&world, &json!({})).code, 0);
    world.git(&["checkout", "-q", "--detach", &before]);
    let aside = world.commit("aside");
    world.git(&["checkout", "-q", "main"]);
    let said = format!("{of}is of commit `{}`, which is not in `main`", &aside[..7]);
    assert_eq!(refused(&world, &json!({"commit": aside})), said);
}

#[test]
fn refuses_files_that_are_no_verdict() {
    let world = merged();
    let make = "hint: leeward verify --incident ID --test-backup --verdict-out FILE\n";
    let typed = |file: &'static str| [&TYPED[..], &["--verdict", file]].concat();
    let context = "error: failed to read verdict";
    world.refuses(&typed("nope"), 3, &format!("{context} `nope`\ncaused by: no such file\n{make}"));
    world.write("latin", "x");
    std::fs::write(world.repo().join("latin"), [0xff, 0xfe]).unwrap();
    world.refuses(&typed("latin"), 3, &format!("{context} `latin`\ncaused by: it is not UTF-8 text\n{make}"));
    std::fs::write(world.repo().join("other"), verdict(&world, &json!({"kind": "Plan"}))).unwrap();
    let hint = "hint: leeward verify --verdict-out FILE\n";
    let fact = "it is `Plan` of version `1`, not `Verdict` of version `1`";
    world.refuses(&typed("other"), 3, &format!("{context} `other`\ncaused by: {fact}\n{hint}"));
    std::fs::write(world.repo().join("name"), verdict(&world, &json!({"backup": {"name": "Not A Name"}}))).unwrap();
    let fact = "`backup/name` `Not A Name` is not a name Kubernetes accepts";
    world.refuses(&typed("name"), 3, &format!("{context} `name`\ncaused by: {fact}\n{hint}"));
    std::fs::write(world.repo().join("large"), vec![b' '; (4 << 20) + 1]).unwrap();
    world.refuses(&typed("large"), 3, &format!("{context} `large`\ncaused by: it has more than 4 MiB\n{make}"));
}

#[test]
fn without_any_proof_the_command_that_makes_one_is_named() {
    let run = merged().leeward(&TYPED);
    let fact = "no full backup is known to have succeeded on `minio-b-daily`, `minio-b-weekly`";
    let error = format!("error: the recovery of `pxc-a/cluster1` is refused: unconfirmed: {fact}\n{LOOK}");
    assert_eq!((run.code, run.stderr), (3, error));
}

#[test]
fn one_backup_is_no_word_for_several_clusters() {
    let world = World::gitops();
    assert_eq!(world.leeward(&["propose", "--all", "--storage", "minio-a", "--to", "minio-b"]).code, 0);
    world.git(&["merge", "-q", "--ff-only", "leeward/minio-a-1122/protect"]);
    let fact = "Backup `full1` is of one cluster, and 2 are to resume: name one with `--cluster`, or a verdict of each";
    let clusters = "`pxc-a/cluster1`, `pxc-b/cluster1`";
    let error = format!("error: the recovery of {clusters} is refused: unconfirmed: {fact}\n{LOOK}");
    for more in [&[][..], &["--all"]] {
        let run = world.leeward(&[&TYPED[..], &["--confirmed-backup", "full1"], more].concat());
        assert_eq!((run.code, &run.stderr), (3, &error), "{run:?}");
    }
    let run = world.leeward(&[&TYPED[..], &["--confirmed-backup", "full1", "--cluster", "pxc-a/cluster1"]].concat());
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    let other = "clusters/prod-b/pxc/recovery/minio-a-1122/incident.yaml";
    assert!(world.show(RESUME, other).contains("confirmed_backup: null"), "{run:?}");
}

/// Returns a Backup of the cluster, changed by a patch.
fn backup(name: &str, patch: &Value) -> Value {
    let mut backup = json!({
        "apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBClusterBackup",
        "metadata": {"name": name, "namespace": "pxc-a", "creationTimestamp": "2026-11-22T10:14:31Z"},
        "spec": {"pxcCluster": "cluster1", "storageName": "minio-b-daily"},
        "status": {"state": "Succeeded", "completed": "2026-11-22T10:18:43Z",
            "destination": "s3://pxc-dr/clusters/prod-a/pxc/cluster1/daily/cluster1-x-full",
            "s3": {"bucket": "pxc-dr/clusters/prod-a/pxc/cluster1/daily", "endpointUrl": "https://minio.b.example:9000"}},
    });
    merge(&mut backup, patch);
    backup
}

/// Runs the stage with a cluster that shows Backups.
fn with_cluster(world: &World, backups: &[Value], more: &[&str]) -> Run {
    let list = (api::path("pxc-a", "perconaxtradbclusterbackups", ""), api::backups(backups));
    let config = api::server(world, [list]);
    world.leeward(&[&TYPED[..], &["--context", "prod-a", "--kubeconfig", config.to_str().unwrap()], more].concat())
}

#[test]
fn the_newest_backup_that_the_cluster_shows_proves_the_place() {
    let world = merged();
    let backups = [
        backup("first", &json!({})),
        backup("newest", &json!({"metadata": {"creationTimestamp": "2026-11-22T11:00:00Z"}})),
        backup(
            "running",
            &json!({"metadata": {"creationTimestamp": "2026-11-22T12:00:00Z"}, "status": {"state": "Running"}}),
        ),
    ];
    let run = with_cluster(&world, &backups, &[]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    let file = world.show(RESUME, "clusters/prod-a/pxc/recovery/minio-a-1122/incident.yaml");
    assert!(file.contains("confirmed_backup: \"newest\""), "{file}");
    let said = "backup-verified: Backup `newest` succeeded on `minio-b-daily`, as the cluster\n";
    assert!(run.stdout.contains(said), "{run:?}");
}

#[test]
fn a_backup_that_does_not_count_proves_nothing() {
    let world = merged();
    let said = |backups: &[Value], more: &[&str]| {
        let run = with_cluster(&world, backups, more);
        assert_eq!(run.code, 3, "{run:?}");
        let start = "error: the recovery of `pxc-a/cluster1` is refused: unconfirmed: ";
        let fact = run.stderr.strip_prefix(start).unwrap_or_else(|| panic!("{run:?}"));
        fact.strip_suffix(&format!("\n{LOOK}")).unwrap_or_else(|| panic!("{run:?}")).to_owned()
    };
    let none = "the cluster shows no Backup that succeeded on `minio-b-daily`, `minio-b-weekly` since the change came at \
         2026-11-22T10:00:00Z";
    assert_eq!(said(&[], &[]), none);
    let not = [
        json!({"status": {"state": "Failed"}}),
        json!({"metadata": {"creationTimestamp": "2026-11-22T09:59:59Z"}}),
        json!({"metadata": {"deletionTimestamp": "2026-11-22T11:00:00Z"}}),
        json!({"spec": {"storageName": "archive"}}),
        json!({"spec": {"pxcCluster": "cluster2"}}),
        json!({"status": {"destination": "pvc/xb-1"}}),
        json!({"status": {"destination": "s3://pxc-a/cluster1-x-full"}}),
    ];
    let all: Vec<Value> = not.iter().map(|patch| backup("x", patch)).collect();
    assert_eq!(said(&all, &[]), none);
    let named = |patch: &Value| said(&[backup("mine", patch)], &["--confirmed-backup", "mine"]);
    assert_eq!(named(&not[0]), "Backup `mine` proves nothing: it is Failed");
    assert_eq!(
        named(&not[1]),
        "Backup `mine` proves nothing: it was made at 2026-11-22T09:59:59Z by the API server's clock, before the change \
         came at 2026-11-22T10:00:00Z by the clock of its commit"
    );
    assert_eq!(named(&not[2]), "Backup `mine` proves nothing: it is being deleted since 2026-11-22T11:00:00Z");
    assert_eq!(named(&not[4]), "the cluster has no Backup `mine` of `cluster1`");
    assert!(
        named(&not[6])
            .starts_with("Backup `mine` proves nothing: it says that it lies at `s3://pxc-a/cluster1-x-full`")
    );
}

#[test]
fn a_cluster_that_cannot_be_read_is_not_one_without_backups() {
    let world = merged();
    let denied = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 403, "reason": "Forbidden", "message": "no"});
    let config = api::server(&world, [(api::path("pxc-a", "perconaxtradbclusterbackups", ""), denied)]);
    let run = world.leeward(&[&TYPED[..], &["--kubeconfig", config.to_str().unwrap()]].concat());
    let right = "`list` of `perconaxtradbclusterbackups.pxc.percona.com` in namespace `pxc-a`";
    let grant = "grant verb `list` on `perconaxtradbclusterbackups.pxc.percona.com` in namespace `pxc-a`";
    let error = format!(
        "error: failed to look for a backup of `pxc-a/cluster1`\ncaused by: {right} is forbidden: no\nhint: {grant}\n"
    );
    assert_eq!((run.code, run.stdout.as_str(), run.stderr), (4, "", error));
}

#[test]
fn volumes_hold_no_binlogs() {
    let world = World::gitops();
    let buffer = ["propose", "--cluster", "pxc-a/cluster1", "--storage", "minio-a", "--to", "nas"];
    assert_eq!(world.leeward(&buffer).code, 0);
    world.git(&["merge", "-q", "--ff-only", "leeward/minio-a-1122/protect"]);
    let run = world.leeward(&[&TYPED[..], &["--confirmed-backup", "x"]].concat());
    let fact = "buffer-resume: volumes hold no binlogs: point-in-time recovery comes on again where backups are on S3";
    assert!(run.code == 3 && run.stderr.contains(fact), "{run:?}");
}

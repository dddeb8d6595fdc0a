//! Whole reports of made-up previews, as a person, a pull request and a program read them.

use serde_json::{Value, json};

use super::field::{Between, Field};
use super::*;
use crate::model::live::{Reason, Trouble};
use crate::model::object::ObjectId;
use crate::model::path::RepoPath;
use crate::preview::{ApplyMethod, Basis, Change, Unsure};

/// Returns an identity.
fn id(api: &str, kind: &str, name: &str) -> ObjectId {
    let (group, version) = api.split_once('/').unwrap_or(("", api));
    let [group, version, kind, name] = [group, version, kind, name].map(str::to_owned);
    ObjectId { group, version, kind, namespace: Some("pxc".to_owned()), name }
}

/// Returns an object that something happens to, without differences.
fn object(id: ObjectId, action: Action) -> ObjectPreview {
    ObjectPreview {
        id,
        action,
        trouble: None,
        basis: if action == Action::CannotTell { Basis::Nothing } else { Basis::Predicted },
        intended: Vec::new(),
        drift: Vec::new(),
        effective: Vec::new(),
        unsure: Vec::new(),
        findings: Vec::new(),
    }
}

/// Returns a change; null is "not there".
fn change(path: &str, before: Value, after: Value) -> Change {
    let pointer = if path.is_empty() { String::new() } else { format!("/{}", path.replace('.', "/")) };
    let side = |value: Value| Some(value).filter(|value| !value.is_null());
    Change { pointer, path: path.to_owned(), before: side(before), after: side(after), by: None }
}

/// Returns a root under Flux.
fn root(path: &str, objects: Vec<ObjectPreview>) -> RootPreview {
    RootPreview {
        path: RepoPath::parse(path).unwrap(),
        method: ApplyMethod::Flux,
        why: "kustomize.toolkit.fluxcd.io labels".to_owned(),
        owner: Some("Kustomization flux-system/pxc".to_owned()),
        trouble: None,
        findings: Vec::new(),
        objects,
    }
}

/// Returns a report.
fn report(roots: Vec<RootPreview>) -> PreviewReport {
    let line = |name: &str, commit: &str| BaseLine { name: name.to_owned(), commit: commit.repeat(5) };
    PreviewReport {
        base: line("main", "9d02f11a"),
        head: line("leeward/minio-a-1122/protect", "4be1c70b"),
        live: "context prod-a (https://10.0.0.1:6443)".to_owned(),
        requests: Some(9),
        builder: "leeward".to_owned(),
        roots,
        findings: Vec::new(),
        next: Some("leeward verify --incident minio-a-1122 --context prod-a --test-backup".to_owned()),
        is_partial: false,
    }
}

/// Returns a storage.
fn storage(bucket: &str) -> Value {
    json!({"type": "s3", "verifyTLS": true, "s3": {"bucket": bucket, "endpointUrl": "https://minio.b.example:9000",
        "credentialsSecret": "minio-b-credentials"}})
}

/// Returns the preview of the story: a failover of a cluster that somebody scaled by hand.
fn story() -> PreviewReport {
    let mut cluster = object(id("pxc.percona.com/v1", "PerconaXtraDBCluster", "cluster1"), Action::Change);
    let schedule =
        |name: &str, storage: &str, cron: &str| json!({"name": name, "schedule": cron, "storageName": storage});
    cluster.intended = vec![
        change("spec.backup.pitr.enabled", json!(true), json!(false)),
        change(
            "spec.backup.schedule",
            json!([
                schedule("daily", "minio-a", "7 3 * * *"),
                schedule("weekly", "minio-a", "7 3 * * 6"),
                schedule("local", "volume", "7 5 * * *"),
            ]),
            json!([
                schedule("daily-minio-a-1122", "minio-b-daily", "7 3 * * *"),
                schedule("weekly-minio-a-1122", "minio-b-weekly", "7 3 * * 6"),
                schedule("local", "volume", "7 5 * * *"),
            ]),
        ),
        change("spec.backup.storages.minio-b-daily", Value::Null, storage("pxc-dr/clusters/prod-a/pxc/cluster1/daily")),
    ];
    let mut size = change("spec.pxc.size", json!(3), json!(5));
    size.by = Some("kubectl-edit, 2026-11-20".to_owned());
    cluster.drift = vec![size];
    cluster.effective = cluster.intended.clone();
    cluster.effective.push(change("spec.pxc.size", json!(5), json!(3)));
    cluster.findings = vec![
        Finding::warn("reverts-drift", "merging this also reverts a manual change: `spec.pxc.size` 5 → 3")
            .hint("commit the size first if five nodes are meant to stay"),
    ];
    let mut secret = object(id("v1", "Secret", "minio-b-credentials"), Action::CannotTell);
    secret.trouble =
        Some(Trouble::new(Reason::NotAsked, "Secrets are read only where asked for").hint("--secrets metadata"));
    let still = |kind: &str, name: &str| object(id("v1", kind, name), Action::Unchanged);
    report(vec![root(
        "clusters/prod-a/pxc",
        vec![still("ConfigMap", "haproxy"), cluster, still("Namespace", "pxc"), secret],
    )])
}

/// Returns a preview in which every action and trouble occurs, with texts that would like to act.
fn mixed() -> PreviewReport {
    let mut made = object(id("v1", "ConfigMap", "tuning"), Action::Create);
    made.intended = vec![change(
        "",
        Value::Null,
        json!({"apiVersion": "v1", "data": {"my.cnf": "[mysqld]\nmax_connections=250\n", "on": "true"}}),
    )];
    made.effective = made.intended.clone();
    let mut gone = object(id("v1", "Secret", "minio-a-credentials"), Action::Delete);
    gone.intended = vec![change("", json!({"data": {"AWS_SECRET_ACCESS_KEY": "***"}}), Value::Null)];
    gone.effective = gone.intended.clone();
    gone.findings =
        vec![Finding::warn("prunes-secret", "3 backups name Secret `minio-a-credentials`, which is pruned")];
    let mut hidden = object(id("pxc.percona.com/v1", "PerconaXtraDBCluster", "cluster2"), Action::CannotTell);
    hidden.intended = vec![change("spec.pause", Value::Null, json!(true))];
    hidden.trouble = Some(
        Trouble::new(Reason::Forbidden, "role of `ci` may not `get` `perconaxtradbclusters` in namespace `pxc`")
            .hint("kubectl apply -f overlays/rbac/preview.yaml"),
    );
    let mut hostile = object(id("apps/v1", "Deployment", "a`b|c</details>@all"), Action::Change);
    hostile.basis = Basis::ServerVerified;
    hostile.intended = vec![
        change("spec.note", json!("```\n</details>\n@everyone"), json!("a\u{1b}[2J\n````\nb")),
        change("spec.token", json!("***"), json!("***")),
        change("spec.url", json!("https://u:pw@minio:9000"), json!("https://minio:9000")),
        change(
            "spec.args",
            json!(["--a", "--b", "--c"]),
            json!(["--a", "--c", "--d=".to_owned() + &"long ".repeat(30)]),
        ),
    ];
    hostile.effective = hostile.intended[..1].to_vec();
    hostile.drift = vec![change("spec.url", json!("https://u:pw@minio:9000"), json!("https://minio:9000"))];
    hostile.unsure = vec![Unsure {
        pointer: "/spec/x".to_owned(),
        path: "spec.x".to_owned(),
        why: "the kind has no schema, so a default cannot be told <script> from drift".to_owned(),
    }];
    let mut whole = report(vec![root("apps", vec![hidden, made, hostile, gone])]);
    whole.roots[0].findings = vec![
        Finding::note("suspended", "Kustomization `flux-system/pxc` is suspended")
            .hint("flux resume kustomization pxc"),
    ];
    whole.findings = vec![Finding::note("base-guessed", "the base is the merge base of `main` and the head")];
    whole
}

#[test]
fn tells_the_story_at_a_terminal() {
    insta::assert_snapshot!("story_text", preview_text(&story()));
}

#[test]
fn tells_the_story_in_a_pull_request() {
    let parts = preview_markdown(&story(), None);
    assert_eq!(parts.len(), 1);
    insta::assert_snapshot!("story_markdown", parts[0]);
}

#[test]
fn tells_the_story_to_programs() {
    let story = story();
    assert_eq!((story.summary().exit_code(), story.summary().change, story.summary().unchanged), (1, 1, 2));
    insta::assert_snapshot!("story_json", preview_json(&story));
}

#[test]
fn shows_every_action_and_lets_no_text_act() {
    let mixed = mixed();
    assert_eq!(mixed.summary().exit_code(), 4);
    insta::assert_snapshot!("mixed_text", preview_text(&mixed));
    assert!(!preview_json(&mixed).contains(":pw@"));
    insta::assert_snapshot!("mixed_markdown", preview_markdown(&mixed, None).join("=====\n"));
}

#[test]
fn the_user_of_a_url_is_shown_in_no_trouble() {
    let said = || {
        Trouble::new(Reason::CannotTell, "Post \"https://bob:hunter2@hook.example\": refused")
            .hint("curl https://bob:hunter2@hook.example")
    };
    let mut object = object(id("v1", "ConfigMap", "haproxy"), Action::CannotTell);
    object.trouble = Some(said());
    let mut report = report(vec![RootPreview { trouble: Some(said()), ..root("pxc", vec![object]) }]);
    report.findings = vec![Finding::warn("unread", said().fact)];
    let whole = [preview_json(&report), preview_text(&report), preview_markdown(&report, None).concat()].concat();
    assert!(whole.contains("hook.example") && !whole.contains("bob") && !whole.contains("hunter2"), "{whole}");
}

#[test]
fn nobody_is_said_to_have_built_where_no_root_was_built() {
    let report = PreviewReport { builder: String::new(), is_partial: true, ..report(Vec::new()) };
    let revisions = "main 9d02f11 → leeward/minio-a-1122/protect 4be1c70\n";
    assert!(preview_text(&report).contains(revisions), "{}", preview_text(&report));
    assert!(!preview_markdown(&report, None).concat().contains("built by"));
}

#[test]
fn splits_at_objects_and_says_what_was_cut() {
    let mut whole = mixed();
    let long = json!("x".repeat(5_000));
    whole.roots[0].objects[1].intended.push(change("data.long", Value::Null, long));
    let parts = preview_markdown(&whole, Some(2_000));
    insta::assert_snapshot!("split_markdown", parts.join("=====\n"));
}

#[test]
fn says_no_difference_only_where_everything_was_read() {
    let still = |action| report(vec![root("apps", vec![object(id("v1", "ConfigMap", "a"), action)])]);
    let same = still(Action::Unchanged);
    assert_eq!(same.summary().exit_code(), 0);
    assert_eq!(
        preview_text(&same),
        "no difference: 1 object unchanged;
  controller flux (kustomize.toolkit.fluxcd.io labels), predicted read-only

  root      apps, Kustomization flux-system/pxc
  live      context prod-a (https://10.0.0.1:6443), 9 requests
  git       main 9d02f11 → leeward/minio-a-1122/protect 4be1c70, built by leeward
next  leeward verify --incident minio-a-1122 --context prod-a --test-backup
"
    );
    let mut unread = still(Action::CannotTell);
    unread.roots[0].objects[0].trouble = Some(Trouble::new(Reason::TimedOut, "no answer in 10 s"));
    assert_eq!(unread.summary().exit_code(), 4);
    for text in [preview_text(&unread), preview_markdown(&unread, None).join("")] {
        assert!(!text.contains("o difference") && text.contains("1 cannot be told"), "{text}");
    }
    // What was predicted and not verified, though it was asked for.
    let mut unverified = still(Action::Unchanged);
    unverified.roots[0].objects[0].trouble = Some(Trouble::new(Reason::Unreachable, "the connection broke"));
    assert_eq!(unverified.summary().exit_code(), 4);
    for text in [preview_text(&unverified), preview_markdown(&unverified, None).join("")] {
        assert!(!text.contains("o difference") && text.contains("the connection broke"), "{text}");
    }
    assert!(preview_text(&report(Vec::new())).starts_with("nothing is previewed; no root changed\n"));
}

#[test]
fn folds_two_hundred_roots_that_stay() {
    let still = || object(id("v1", "ConfigMap", "a"), Action::Unchanged);
    let mut roots: Vec<_> = (0..199).map(|n| root(&format!("clusters/c{n:03}/pxc"), vec![still(), still()])).collect();
    let mut changed = object(id("v1", "ConfigMap", "b"), Action::Change);
    changed.intended = vec![change("data.a", json!("1"), json!("2"))];
    changed.effective = changed.intended.clone();
    roots.insert(7, root("clusters/other/pxc", vec![still(), changed]));
    roots[0].method = ApplyMethod::ArgoCdSsa;
    let fleet = report(roots);
    insta::assert_snapshot!("fleet_text", preview_text(&fleet));
    let parts = preview_markdown(&fleet, Some(4_000));
    assert_eq!(parts.len(), 3);
    assert!(
        parts[1].starts_with(
            "<!-- leeward:preview part=2 of=3 -->\n*leeward preview, part 2 of 3*\n\nNo difference:\n\n- `"
        )
    );
}

#[test]
fn a_list_says_which_entries_change() {
    let between = |before: Value, after: Value| {
        let field = Field::of(&change("l", before, after), Between::BeforeAndAfter);
        let lines = field.lines.iter().map(|line| format!("{} {}", line.sign, line.text));
        std::iter::once(field.phrase).chain(lines).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(
        between(
            json!([{"name": "a", "v": 1, "m": {"x": 1, "y": 2}}, {"name": "b"}, {"name": "c"}]),
            json!([{"name": "c"}, {"name": "a", "v": "1", "m": {"x": 1}}, {"name": "d", "w": [1, 2]}]),
        ),
        "3 of 4 entries change\n  a:\n    m:\n      x: 1\n-     y: 2\n-   v: 1\n+   v: \"1\"\n- - name: b\n+ - name: d\n+   w:\n+     - 1\n+     - 2"
    );
    assert_eq!(
        between(json!([{"name": "a"}, {"name": "b"}]), json!([{"name": "b"}, {"name": "a"}])),
        "the order changes\n+ - b\n  - a\n- - b"
    );
    assert_eq!(between(json!([1, 2]), json!([1, 3])), "entries change\n  - 1\n- - 2\n+ - 3");
    assert_eq!(
        between(json!([{"name": "a"}, {"name": "a"}]), json!([{"name": "a"}])),
        "2 entries → 1 entry\n  - name: a\n- - name: a"
    );
    assert_eq!(between(json!([]), json!(["a"])), "0 entries → 1 entry\n- []\n+ - a");
}

//! The verdict in its three forms, whole, and read again.

use super::*;

/// Returns a verdict with one check of each outcome.
pub(super) fn report() -> VerdictReport {
    let check = |name, outcome, fact: &str, hint: Option<&str>| CheckLine {
        name,
        outcome,
        fact: fact.to_owned(),
        hint: hint.map(str::to_owned),
    };
    VerdictReport {
        incident: "minio-a-1122".to_owned(),
        action: Action::Failover,
        stage: Stage::Protect,
        cluster: ClusterLine {
            root: "clusters/prod-a/pxc".to_owned(),
            namespace: "pxc".to_owned(),
            name: "cluster1".to_owned(),
        },
        verdict: Outcome::Failed,
        checks: vec![
            check(CheckName::Merged, Outcome::Passed, "4be1c70 is in main (merge 77aa0e3)", None),
            check(
                CheckName::Applied,
                Outcome::CannotTell,
                "Flux `Kustomization flux-system/pxc` was not read: user `ci` may not `get` \
                 `kustomizations.kustomize.toolkit.fluxcd.io` in namespace `flux-system`",
                Some("grant verb `get` on `kustomizations.kustomize.toolkit.fluxcd.io`"),
            ),
            check(CheckName::Observed, Outcome::Waiting, "the cluster is `initializing`", None),
            check(CheckName::Backup, Outcome::Failed, "`leeward-minio-a-1122-1` Failed | <b>", None),
        ],
        backup: Some(BackupLine {
            name: "leeward-minio-a-1122-1".to_owned(),
            storage: "minio-b".to_owned(),
            state: "Failed".to_owned(),
            destination: String::new(),
            completed: None,
        }),
        base: "main".to_owned(),
        commit: "77aa0e3c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c".to_owned(),
        live: "context `prod-a` at `https://10.0.0.1:6443`".to_owned(),
        change: Some("0a1b2c3d4e5f6071".to_owned()),
        at: "2026-11-22T10:38:00Z".to_owned(),
        opened_at: "2026-11-22T10:00:00Z".to_owned(),
        next: Some("leeward verify --incident minio-a-1122".to_owned()),
    }
}

#[test]
fn every_line_of_the_text_says_outcome_check_and_fact() {
    let want = "\
passed       merged     4be1c70 is in main (merge 77aa0e3)
cannot tell  applied    Flux `Kustomization flux-system/pxc` was not read: user `ci` may not `get`
                        `kustomizations.kustomize.toolkit.fluxcd.io` in namespace `flux-system`
                        hint: grant verb `get` on `kustomizations.kustomize.toolkit.fluxcd.io`
waiting      observed   the cluster is `initializing`
failed       backup     `leeward-minio-a-1122-1` Failed | <b>
1 of 4 checks passed, 1 failed, 1 waiting, 1 cannot tell
next  leeward verify --incident minio-a-1122
";
    assert_eq!(verdict_text(&report()), want);
    let all = VerdictReport { verdict: Outcome::Passed, next: None, ..report() };
    let all = VerdictReport { checks: all.checks[..1].to_vec(), ..all };
    let want = "passed       merged     4be1c70 is in main (merge 77aa0e3)\n\
                1 of 1 check passed; 38 min after the incident was opened\n";
    assert_eq!(verdict_text(&all), want);
}

#[test]
fn the_table_of_a_pull_request_holds_together() {
    let report = report();
    let short = VerdictReport { checks: report.checks[2..].to_vec(), ..report };
    let want = "\
## failed: incident `minio-a-1122`, stage protect

0 of 2 checks passed, 1 failed, 1 waiting on `pxc/cluster1`.

| outcome | check | fact |
| --- | --- | --- |
| waiting | observed | the cluster is `initializing` |
| failed | backup | `leeward-minio-a-1122-1` Failed \\| &lt;b> |

Next: `leeward verify --incident minio-a-1122`

Base `main` 77aa0e3, seen 2026-11-22T10:38:00Z on context `prod-a` at `https://10.0.0.1:6443`.
";
    assert_eq!(verdict_markdown(&short), want);
}

#[test]
fn what_is_saved_is_read_again_and_nothing_else_is() {
    let report = report();
    let json = verdict_json(&report);
    assert!(json.starts_with("{\n  \"version\": 1,\n  \"kind\": \"Verdict\",\n"), "{json}");
    assert_eq!(verdict_read(&json), Ok(report));
    let of = |text: &str| verdict_read(text).unwrap_err().fact;
    assert_eq!(
        of(&json.replace("\"version\": 1", "\"version\": 2")),
        "it is `Verdict` of version `2`, not `Verdict` of version `1`"
    );
    assert_eq!(
        of(&json.replace("\"Verdict\"", "\"Plan\"")),
        "it is `Plan` of version `1`, not `Verdict` of version `1`"
    );
    assert!(of("{}").starts_with("it is no verdict: "));
    let name = of(&json.replace("\"name\": \"leeward-minio-a-1122-1\"", "\"name\": \"Not A Name\\n\""));
    assert_eq!(name, "`backup/name` `Not A Name\\n` is not a name Kubernetes accepts");
    assert_eq!(of(&json.replace("2026-11-22T10:38:00Z", "soon")), "`at` `soon` is not an RFC 3339 time");
    let older = json.replace("  \"change\": \"0a1b2c3d4e5f6071\",\n", "");
    assert_eq!(verdict_read(&older).map(|read| read.change), Ok(None));
}

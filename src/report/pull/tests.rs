//! The text fits every room, in a fixed order, and is whole wherever it is cut short.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::backup::Backup;
use crate::model::finding::Finding;
use crate::model::incident::{Action, Stage};
use crate::report::{BaseLine, ClusterReport, FileLine, Proof};

/// Returns a cluster whose diff, names and findings hold what could open or close a part of Markdown.
fn cluster(number: usize, diff: &str) -> ClusterReport {
    let block = json!({
        "schedule": [{"name": "daily|`x`", "schedule": "0 0 * * *", "storageName": "a"}],
        "storages": {"a": {"type": "s3", "s3": {"bucket": "b", "endpointUrl": "https://h"}}},
    });
    let block: Backup = Backup::read(&block).unwrap();
    ClusterReport {
        cluster: format!("pxc-{number}/cluster"),
        stage_number: (1, 2),
        from: vec!["a".to_owned()],
        changes: Vec::new(),
        unchanged_schedules: Vec::new(),
        is_refused: false,
        findings: vec![Finding::warn("retention-frozen", "backups | of ``` a\n```").hint("--flag |")],
        activation: Some("a line".to_owned()),
        diff: diff.to_owned(),
        before: block.clone(),
        after: block,
    }
}

/// Returns a report on so many clusters.
fn report(clusters: usize, diff: &str, reason: &str) -> PlanReport {
    PlanReport {
        clock: Vec::new(),
        incident: "minio-a-1122".to_owned(),
        action: Action::Failover,
        stage: Stage::Protect,
        storage: "minio-a".to_owned(),
        target: "minio-b".to_owned(),
        reason: reason.to_owned(),
        base: BaseLine { name: "main".to_owned(), commit: "0123456789".to_owned() },
        builder: "the built-in builder".to_owned(),
        clusters: (0..clusters).map(|number| cluster(number, diff)).collect(),
        findings: vec![Finding::note("pitr-gap", "a gap")],
        files: (0..clusters).map(|n| FileLine { path: format!("c/{n}"), what: "new".to_owned() }).collect(),
        proof: Proof::Holds { conditions: 6 },
        proposal: None,
        next: None,
        refusal: None,
    }
}

/// Returns the ways on.
fn ways() -> Ways {
    Ways { resume: Some("leeward propose --stage resume".to_owned()), whole: "leeward plan --all".to_owned() }
}

/// Asserts that every fence, fold and table of a text is whole.
fn assert_whole(text: &str) {
    let mut open: Option<usize> = None;
    let mut columns: Option<usize> = None;
    let mut folds = 0_i32;
    for line in text.lines() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        match open {
            Some(length) if ticks >= length && line.trim_matches('`').is_empty() => open = None,
            None if ticks >= 3 => open = Some(ticks),
            _ => {}
        }
        if open.is_none() {
            folds += i32::from(line.contains("<details>")) - i32::from(line.contains("</details>"));
        }
        let is_row = open.is_none() && line.starts_with('|');
        let cells = line.replace("\\|", "").matches('|').count();
        columns = match (is_row, columns) {
            (true, Some(want)) => {
                assert_eq!(cells, want, "{line}");
                Some(want)
            }
            (true, None) => Some(cells),
            (false, _) => None,
        };
    }
    assert_eq!(open, None, "a fence stays open:\n{text}");
    assert_eq!(folds, 0, "a fold stays open:\n{text}");
}

#[test]
fn leaves_out_one_thing_after_the_other_and_says_which() {
    let report = report(3, &"+ a line of a diff\n".repeat(40), "it burns");
    let whole = pull_body(&report, None, &ways(), usize::MAX);
    assert!(!whole.contains("Left out"));
    let mut last = whole;
    let mut said = Vec::new();
    while let Some(shorter) =
        Some(pull_body(&report, None, &ways(), last.len() - 1)).filter(|text| text.len() < last.len())
    {
        said.push(shorter.lines().rfind(|line| line.starts_with("Left out")).unwrap_or_default().to_owned());
        assert!(shorter.contains("### How to verify") && shorter.contains("### How to go back"));
        last = shorter;
    }
    let of = |what: &str| format!("Left out because of the forge's limit: {what}. All of it: `leeward plan --all`");
    let diffs = "the differences of the built objects";
    let names = format!("{diffs}, the pictures, tables, findings and files of each cluster");
    let want = [
        of(diffs),
        of(&format!("{diffs}, the pictures")),
        of(&names),
        of(&format!("{names}, the names of the clusters")),
    ];
    assert_eq!(said, want);
}

#[test]
fn a_thousand_clusters_fit_the_smallest_forge() {
    let report = report(3000, &"+ a line of a diff\n".repeat(40), &"reason ".repeat(20_000));
    let text = pull_body(&report, None, &ways(), 65_024);
    assert!(text.len() <= 65_024 && text.contains("\n3000 clusters, 0 of them refused.\n"), "{}", text.len());
    assert_whole(&text);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_room_cuts_a_fence_or_a_table(
        clusters in 1_usize..12,
        diff in "([-+ ][`|<>a-z ]{0,30}\n|```\n|````yaml\n|</details>\n){0,20}",
        reason in "[`|<>@a-z ]{0,60}",
        room in 1_500_usize..30_000,
    ) {
        let text = pull_body(&report(clusters, &diff, &reason), None, &ways(), room);
        prop_assert!(text.len() <= room, "{} of {room}", text.len());
        assert_whole(&text);
    }
}

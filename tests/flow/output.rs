//! What is printed: no secret in any form, JSON that parses, Markdown that holds together, reasons as given.

use serde_json::Value;

use crate::refusal::{FAILOVER, failover};
use crate::world::World;

/// The CR.
const CR: &str = "base/pxc/cluster.yaml";

/// The example repository with keys written out where people write them out.
fn leaky() -> World {
    let world = World::gitops();
    let options = "        nodeSelector:\n          workload: backup\n";
    let with_keys = format!(
        "{options}        containerOptions:\n          \
            env:\n          \
            - name: AWS_SECRET_ACCESS_KEY\n            \
            value: sesame-one\n          \
            - name: GPG_PASSPHRASE\n            \
            value: \"it's a: 'sesame-four'\"\n          \
            - name: MY_PWD\n            \
            value: \"sesame-five\\nsesame-six is long enough that the line which holds it is folded at sesame-seven\"\n          \
            args:\n            \
            xbcloud:\n            \
            - --s3-secret-key=sesame-two\n            \
            - --s3-secret-key\n            \
            - sesame-eight\n            \
            - \"--header=Authorization: Bearer sesame-nine\"\n"
    );
    world.replace(CR, options, &with_keys);
    world.replace(
        CR,
        "    storages:\n",
        "    annotations:\n      \
        x: y\n      \
        vault.example/token: sesame-ten\n    \
        storages:\n      \
        old:\n        \
        type: s3\n        \
        s3:\n          \
        bucket: old\n          \
        endpointUrl: https://key:sesame/three@old.example:9000\n",
    );
    world.commit("keys in Git");
    world
}

#[test]
fn prints_no_secret_in_any_form() {
    let world = leaky();
    for verb in ["plan", "propose"] {
        for format in ["text", "markdown", "json"] {
            let args = [&[verb][..], &FAILOVER[1..], &["--format", format]].concat();
            let run = world.leeward(&args);
            assert_eq!(run.code, 0, "{run:?}");
            assert!(run.stdout.contains("secret-in-git"), "{verb} {format}: {run:?}");
            assert!(
                !run.stdout.contains("sesame") && !run.stderr.contains("sesame"),
                "{verb} {format}: {}",
                run.stdout
            );
            assert!(run.stdout.contains("minio-b-credentials"), "a reference is no secret: {}", run.stdout);
        }
    }
    let message = world.git(&["log", "-1", "--format=%B", "leeward/minio-a-1122/protect"]);
    assert!(!message.contains("sesame"), "{message}");
}

#[test]
fn json_is_one_flat_object() {
    let world = World::gitops();
    for (verb, proposal) in [("plan", false), ("propose", true)] {
        let run = world.leeward(&[&[verb][..], &FAILOVER[1..], &["--format", "json"]].concat());
        let report: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!((&report["version"], &report["kind"]), (&1.into(), &"Plan".into()));
        assert_eq!((&report["incident"], &report["stage"]), (&"minio-a-1122".into(), &"protect".into()));
        assert_eq!(report["proposal"].is_object(), proposal, "{verb}");
        assert_eq!(report["clusters"][0]["is_refused"], false);
        assert_eq!(report["files"].as_array().unwrap().len(), 4);
    }
}

/// Asserts that fences are closed and that every row of a table has the columns of its head.
#[track_caller]
fn assert_well_formed(markdown: &str) {
    let (mut fence, mut columns) = (None::<String>, None);
    for line in markdown.lines() {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) if line == open => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None if line.starts_with('|') => {
                let cells = line.replace("\\|", "").matches('|').count();
                assert_eq!(*columns.get_or_insert(cells), cells, "{line}");
            }
            None => columns = None,
        }
    }
    assert_eq!(fence, None);
}

#[test]
fn markdown_holds_together_whatever_is_in_it() {
    let world = World::gitops();
    world.replace(
        CR,
        "    image: percona/percona-xtrabackup:8.0.35-34.1\n",
        "    image: percona/percona-xtrabackup:8.0.35-34.1\n    \
        annotations:\n      \
        note: |\n        \
        ```` a | b\n        \
        ```\n",
    );
    world.commit("fences");
    let all = ["--all", "--storage", "minio-a", "--to", "minio-b", "--format", "markdown"];
    let reason = "a | b ``` <img> @team\n```\n# heading";
    let run = world.leeward(&[&["plan", "--reason", reason], &all[..]].concat());
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    assert_well_formed(&run.stdout);
    assert!(
        run.stdout.contains("\nReason: a | b \\`\\`\\` &lt;img> &#64;team \\`\\`\\` # heading\n"),
        "{}",
        run.stdout
    );
    let refused = world.leeward(&[&["plan", "--only-storage"], &all[..]].concat());
    assert_eq!(refused.code, 3);
    assert_well_formed(&refused.stdout);
}

#[test]
fn keeps_a_reason_on_one_line_and_out_of_the_structure() {
    for (number, (reason, kept)) in [
        ("the disk\nof minio-a  is\tfull", "the disk of minio-a is full"),
        ("a\u{1b}[31mred\u{7f}\u{9b} b\u{202e}c", "a [31mred b c"),
        ("${cluster} */ }} {{ x }} \"'", "${cluster} */ }} {{ x }} \"'"),
        ("Ausfall in Köln: 磁盘 💥", "Ausfall in Köln: 磁盘 💥"),
        ("kind: Secret\n---\n- a", "kind: Secret --- - a"),
        ("see https://key:sesame@minio", "see https://***@minio"),
    ]
    .into_iter()
    .enumerate()
    {
        let world = World::gitops();
        let run = world.leeward(&failover(&["--reason", reason]));
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{number}: {run:?}");
        assert!(run.stdout.contains(&format!("  reason    {kept}\n")), "{number}: {run:?}");
        let branch = "leeward/minio-a-1122/protect";
        let incident = world.show(branch, "clusters/prod-a/pxc/recovery/minio-a-1122/incident.yaml");
        assert!(incident.contains(&format!("  reason: {}\n", Value::from(kept))), "{number}: {incident}");
        assert!(world.git(&["log", "-1", "--format=%B", branch]).contains(kept), "{number}");
    }
}

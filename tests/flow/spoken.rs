//! What is said to whom: usage errors and refusals to programs, variables beside flags, hints that can be typed, texts of
//! a repository that would act on a terminal.

use serde_json::Value;

use crate::refusal::FAILOVER;
use crate::world::World;

/// The CR.
const CR: &str = "base/pxc/cluster.yaml";

#[test]
fn tells_a_program_that_it_cannot_be_used_so() {
    let world = World::gitops();
    let json = |args: &[&str], variables: &[(&str, &str)]| {
        let run = world.leeward_with(args, variables);
        assert_eq!(run.code, 2, "{args:?}: {run:?}");
        assert!(!run.stderr.is_empty(), "{args:?}");
        let said: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(
            (&said["kind"], &said["reason"], &said["exit_code"]),
            (&"Failure".into(), &"usage".into(), &2.into())
        );
        said["error"].as_str().unwrap().to_owned()
    };
    assert!(json(&["plan", "--colour", "x", "--format", "json"], &[]).starts_with("unexpected argument '--colour'"));
    assert!(json(&["plan", "--format=json", "--stage", "x"], &[]).starts_with("invalid value 'x'"));
    let both = ["plan", "--all", "--cluster", "cluster1"];
    let said = json(&both, &[("LEEWARD_FORMAT", "json")]);
    assert_eq!(said, "the argument '--all' cannot be used with '--cluster'");
    for args in [&["--help"][..], &["--version"], &["plan", "--help", "--format", "json"]] {
        let run = world.leeward_with(args, &[("LEEWARD_FORMAT", "json")]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{args:?}: {run:?}");
        assert!(run.stdout.contains("leeward"), "{run:?}");
    }
}

#[test]
fn tells_a_program_why_a_plan_is_refused() {
    let world = World::gitops();
    let all = ["plan", "--only-storage", "--all", "--storage", "minio-a", "--to", "minio-b", "--format", "json"];
    let run = world.leeward(&all);
    assert_eq!(run.code, 3, "{run:?}");
    let plan: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(plan["kind"], "Plan");
    let error = plan["refusal"]["error"].as_str().unwrap();
    assert!(run.stderr.starts_with(&format!("error: {error}\n")), "{run:?}");
    let run = world.leeward(&[&["plan"], &FAILOVER[1..], &["--format", "json"]].concat());
    let plan: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((run.code, &plan["refusal"]), (0, &Value::Null));
}

#[test]
fn a_variable_that_has_nothing_to_add_breaks_nothing() {
    let world = World::gitops();
    let plan = [&["plan"], &FAILOVER[1..]].concat();
    let usual = world.leeward(&plan);
    assert_eq!(usual.code, 0, "{usual:?}");
    for variables in [
        &[("LEEWARD_BUCKET", "b")][..],
        &[("LEEWARD_REGION", "r"), ("LEEWARD_PREFIX", "p"), ("LEEWARD_CA_SECRET", "a/b")],
        &[("LEEWARD_STORAGE_CLASS", "fast")],
        &[("LEEWARD_ENDPOINT", "https://c")],
        &[("LEEWARD_ALL", "true")],
        &[("LEEWARD_ALL", "1")],
        &[("LEEWARD_ALL", "no"), ("LEEWARD_ONLY_STORAGE", "0")],
    ] {
        assert_eq!(world.leeward_with(&plan, variables), usual, "{variables:?}");
    }
    let inline = ["--endpoint", "https://c.example", "--bucket", "b", "--credentials-secret", "k", "--to", "c"];
    let inline = [&plan[..plan.len() - 2], &inline].concat();
    let run = world.leeward_with(&inline, &[("LEEWARD_SIZE", "1Gi")]);
    assert_eq!(run, world.leeward(&inline));
    assert_eq!(run.code, 0, "{run:?}");
    let all = ["plan", "--all", "--storage", "minio-a", "--to", "minio-b"];
    let run = world.leeward_with(&all, &[("LEEWARD_CLUSTER", "pxc-a/cluster1")]);
    assert_eq!(run, world.leeward(&all));
    let by_variable = ["plan", "--storage", "minio-a", "--to", "minio-b"];
    assert_eq!(world.leeward_with(&by_variable, &[("LEEWARD_ALL", "yes")]).code, 0);
    let both = [("LEEWARD_ALL", "yes"), ("LEEWARD_CLUSTER", "pxc-a/cluster1")];
    assert_eq!(world.leeward_with(&by_variable, &both).code, 2);
    assert_eq!(world.leeward_with(&plan, &[("LEEWARD_ALL", "maybe")]).code, 2);
    assert_eq!(world.leeward_with(&["demo"], &both).code, 0);
}

#[test]
fn shows_what_would_act_on_a_terminal() {
    let world = World::gitops();
    world.replace(CR, "- name: monthly\n", "- name: \"monthly\\u001b[2J\\nproven    forged\"\n");
    world.commit("forged");
    for format in ["text", "markdown", "json"] {
        let run = world.leeward(&[&["plan"], &FAILOVER[1..], &["--format", format]].concat());
        let acts = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!run.stdout.contains(acts) && !run.stderr.contains(acts), "{format}: {run:?}");
        assert!(!run.stdout.lines().any(|line| line.trim_start().starts_with("proven    forged")), "{format}: {run:?}");
        let shown = match format {
            "text" => "u{1b}[2J",
            "markdown" => "u{1b}\\[2J",
            _ => "u001b[2J",
        };
        assert!(run.stdout.contains(shown), "{format}: {run:?}");
    }
    let run = world.leeward(&["plan", "--cluster", "a\u{1b}[2J\nerror: b", "--storage", "minio-a", "--to", "minio-b"]);
    assert!(!run.stderr.contains('\u{1b}') && !run.stderr.contains("\nerror: b"), "{run:?}");
}

#[test]
fn says_commands_that_work_when_typed() {
    let world = World::gitops();
    let next = |run: &crate::world::Run| run.stdout.lines().last().unwrap().trim_start_matches("next  ").to_owned();
    let branch = "leeward/minio-a-1122/protect";
    let run = world.leeward(&FAILOVER);
    assert_eq!(next(&run), format!("git show {branch}"));
    let spaced = world.top().join("a folder");
    world.git(&["clone", "-q", "-o", "up", "--branch", "main", ".", spaced.to_str().unwrap()]);
    let args = [&FAILOVER[..], &["--incident", "other", "--repo", spaced.to_str().unwrap()]].concat();
    let run = world.leeward(&args);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(next(&run), format!("git -C '{}' push -u up leeward/other/protect", spaced.display()));
    let demo = world.top().join("the demo");
    let run = world.leeward(&["demo", "--dir", demo.to_str().unwrap()]);
    assert!(run.stdout.contains(&format!("\n  git -C '{}' log -p --all\n", demo.display())), "{run:?}");
    assert!(!run.stdout.contains(&format!("--repo {}", demo.display())), "{run:?}");
}

#[test]
fn keeps_a_reason_of_several_lines_on_one() {
    let world = World::gitops();
    let reason = ["--reason", "the disk\nis full, see https://key:sesame@minio"];
    let plan = world.leeward(&[&["plan"], &FAILOVER[1..], &reason].concat());
    let last = plan.stdout.lines().last().unwrap();
    assert!(
        last.starts_with("next  leeward propose ") && last.contains("--reason 'the disk is full, see "),
        "{plan:?}"
    );
    assert!(!plan.stdout.contains("sesame"), "{plan:?}");
    world.leeward(&[&FAILOVER[..], &reason].concat());
    let message = world.git(&["log", "-1", "--format=%B", "leeward/minio-a-1122/protect"]);
    assert!(message.contains("\nthe disk is full, see https://***@minio\n"), "{message}");
}

#[test]
fn names_the_kind_of_a_value_that_may_hold_keys() {
    let world = World::gitops();
    let root = "clusters/prod-a/pxc/kustomization.yaml";
    let patch = "replacements:\n\
        - source: {kind: PerconaXtraDBCluster, fieldPath: spec.backup.storages.minio-a}\n  \
          targets:\n  \
          - select: {kind: PerconaXtraDBCluster}\n    \
            fieldPaths: [spec.backup.storages.minio-b-daily.s3]\n    \
            options: {create: true}\n";
    world.write(root, &format!("{}{patch}", world.read(root)));
    let options = "        nodeSelector:\n          workload: backup\n";
    let keys = "        containerOptions:\n          env:\n          - name: MY_KEY\n            value: sesame\n";
    world.replace(CR, options, &format!("{options}{keys}"));
    world.commit("replaced");
    let run = world.leeward(&[&["plan"], &FAILOVER[1..]].concat());
    assert_ne!(run.code, 0, "{run:?}");
    assert!(!run.stdout.contains("sesame") && !run.stderr.contains("sesame"), "{run:?}");
}

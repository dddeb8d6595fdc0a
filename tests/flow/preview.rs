//! `preview` as a whole process on live objects from files: which change, which roots, what it says, and every input that
//! it refuses. What the controllers really do is in `tests/real/fidelity`.

use std::path::Path;

use crate::world::{Run, World};

/// The repository of the story with the proposal on its branch, and what `kubectl` shows of cluster A beside it.
fn story() -> World {
    let world = World::gitops();
    let proposed = world.leeward(&["propose", "--all", "--storage", "minio-a", "--to", "minio-b"]);
    assert_eq!(proposed.code, 0, "{}", proposed.stderr);
    std::fs::copy(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("overlays/live/prod-a.yaml"),
        world.top().join("live.yaml"),
    )
    .unwrap();
    world
}

/// The branch of the proposal.
const BRANCH: &str = "leeward/minio-a-1122/protect";

/// Previews a head against the live file.
fn preview(world: &World, more: &[&str]) -> Run {
    world.leeward(&[&["preview", "--live", "../live.yaml"], more].concat())
}

/// Returns the paths of the effective changes of the first object of the first root.
fn effective(json: &str) -> Vec<(String, String)> {
    let answer: serde_json::Value = serde_json::from_str(json).unwrap();
    let root = &answer["roots"][0];
    let changes = root["objects"][0]["effective"].as_array().unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    changes.iter().map(|change| (text(&root["path"]), text(&change["path"]))).collect()
}

#[test]
fn shows_what_is_reverted_beside_what_is_intended() {
    let world = story();
    let run = preview(&world, &["--head", BRANCH, "--cluster", "pxc-a/cluster1", "--format", "json"]);
    let paths = [
        "spec.backup.pitr.enabled",
        "spec.backup.pitr.storageName",
        "spec.backup.schedule",
        "spec.backup.storages.minio-b-binlogs",
        "spec.backup.storages.minio-b-daily",
        "spec.backup.storages.minio-b-weekly",
        "spec.backup.storages.temporary",
        "spec.pxc.size",
    ];
    let want: Vec<(String, String)> = paths.map(|path| ("clusters/prod-a/pxc".to_owned(), path.to_owned())).into();
    assert_eq!((run.code, run.stderr.as_str(), effective(&run.stdout)), (1, "", want));
    let summary: serde_json::Value = serde_json::from_str::<serde_json::Value>(&run.stdout).unwrap()["summary"].clone();
    let want = serde_json::json!({
        "create": 0, "change": 1, "delete": 0, "unchanged": 0, "cannot_tell": 0, "differs": true, "failed": false,
    });
    assert_eq!(summary, want);
}

#[test]
fn what_the_files_do_not_hold_cannot_be_told() {
    let world = story();
    let run = preview(&world, &["--head", BRANCH, "--cluster", "pxc-b/cluster1"]);
    let lines: Vec<&str> = run.stdout.lines().filter(|line| line.starts_with("  trouble")).collect();
    let want = "  trouble   not asked: it is not in the live files, which is not the same as absent";
    assert_eq!((run.code, lines), (1, vec![want]));
    assert!(!run.stdout.contains("no difference"), "{}", run.stdout);
}

#[test]
fn a_change_that_no_object_shows_is_no_difference() {
    let world = story();
    // Without the edits by hand, the live cluster is as Git has it.
    let live = std::fs::read_to_string(world.top().join("live.yaml")).unwrap();
    let live = live.replace("size: 5", "size: 3");
    let (before, rest) = live.split_once("      temporary:\n").unwrap();
    let after: Vec<&str> = rest.lines().skip_while(|line| line.starts_with("       ")).collect();
    std::fs::write(world.top().join("live.yaml"), format!("{before}{}\n", after.join("\n"))).unwrap();
    world.git(&["checkout", "-q", "-b", "comment"]);
    let text = world.read("clusters/prod-a/pxc/kustomization.yaml");
    world.write("clusters/prod-a/pxc/kustomization.yaml", &format!("# Who may change this: dba\n{text}"));
    world.commit("a comment");
    let run = preview(&world, &["--base", "main"]);
    let first = run.stdout.lines().next().unwrap_or_default().to_owned();
    assert_eq!((run.code, first.as_str()), (0, "no difference: 1 object unchanged;"), "{}{}", run.stdout, run.stderr);
}

#[test]
fn says_that_the_base_went_on_in_deployed_files() {
    let world = story();
    world.replace("base/pxc/cluster.yaml", "size: 3", "size: 4");
    world.commit("grow");
    let run = preview(&world, &["--head", BRANCH, "--cluster", "pxc-a/cluster1", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let want = serde_json::json!({
        "id": "base-moved", "level": "warn",
        "fact": "`main` went on since `leeward/minio-a-1122/protect` left it, in files that are deployed: what merging gives is not what is shown",
        "hint": "git merge main",
    });
    assert_eq!((run.code, &answer["findings"][0]), (1, &want));
}

#[test]
fn a_base_that_is_named_takes_nothing_back_that_it_got_since() {
    let world = story();
    world.replace("base/pxc/cluster.yaml", "size: 3", "size: 4");
    world.commit("grow");
    let args = ["--head", BRANCH, "--format", "json"];
    let (own, named) = (preview(&world, &args), preview(&world, &[&args[..], &["--base", "main"]].concat()));
    assert_eq!((named.code, named.stdout, named.stderr), (own.code, own.stdout, own.stderr));
}

#[test]
fn names_changed_files_that_nothing_deploys() {
    let world = story();
    world.git(&["checkout", "-q", "-b", "other"]);
    world.write("docs/notes.md", "x\n");
    world.write("clusters/prod-c/cm.yaml", "x: 1\n");
    world.commit("elsewhere");
    let run = preview(&world, &["--base", "main"]);
    let note = "note: changed files that no deployed root of this repository reads are not previewed:\n  `clusters/prod-c/cm.yaml` and 1 more";
    assert_eq!((run.code, run.stdout.contains(note)), (0, true), "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_root_that_builds_on_one_side_alone_is_withheld_and_never_a_mass_deletion() {
    let world = story();
    world.git(&["checkout", "-q", "-b", "broken"]);
    world.replace("clusters/prod-a/pxc/kustomization.yaml", "resources:", "resourcez:");
    world.commit("broken");
    let run = preview(&world, &["--base", "main", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((run.code, answer["roots"].as_array().map(Vec::len)), (3, Some(0)), "{}", run.stdout);
    assert_eq!(answer["findings"][0]["id"], "root-unbuilt");
    assert!(run.stderr.starts_with("error: `clusters/prod-a/pxc` could not be built: "), "{}", run.stderr);
}

#[test]
fn refuses_revisions_that_are_missing_or_the_same() {
    let world = story();
    for (args, said) in [
        (
            &["--head", "nowhere"][..],
            "error: failed to resolve revision `nowhere`\ncaused by: no such revision\nhint: --head REV\n",
        ),
        (
            &["--head", BRANCH, "--base", "nowhere"],
            "error: failed to resolve revision `nowhere`\ncaused by: no such revision\nhint: --base main\n",
        ),
        (
            &[],
            "error: `main` is the base and the head: without a remote, the base is the branch that is checked out\nhint: --head BRANCH\n",
        ),
        (
            &["--head", BRANCH, "--cluster", "db"],
            "error: no cluster `db` in a root that changes, only `pxc-a/cluster1`, `pxc-b/cluster1`\nhint: --cluster [ROOT:][NAMESPACE/]NAME\n",
        ),
    ] {
        let run = preview(&world, args);
        assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (3, "", said), "{args:?}");
    }
}

#[test]
fn without_a_remote_a_branch_that_is_checked_out_asks_for_its_base() {
    let world = story();
    world.git(&["checkout", "-q", BRANCH]);
    let run = preview(&world, &[]);
    let said = format!(
        "error: `{BRANCH}` is the base and the head: without a remote, the base is the branch that is checked out\nhint: --base main\n"
    );
    assert_eq!((run.code, run.stdout.as_str(), run.stderr), (3, "", said));
    assert_eq!(preview(&world, &["--base", "main"]).code, 1);
}

#[test]
fn a_folder_that_moves_with_its_kustomization_is_no_deletion() {
    let world = story();
    world.git(&["checkout", "-q", "-b", "moved", "main"]);
    world.git(&["mv", "clusters/prod-a/pxc", "clusters/prod-a/db"]);
    world.replace("flux/pxc-a.yaml", "./clusters/prod-a/pxc", "./clusters/prod-a/db");
    world.commit("move");
    let run = preview(&world, &["--base", "main", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let roots = answer["roots"].as_array().unwrap().iter();
    let said: Vec<_> =
        roots.map(|root| (root["path"].as_str().unwrap(), root["objects"][0]["action"].as_str().unwrap())).collect();
    // What was edited by hand is reset as by any other merge.
    let want = vec![("clusters/prod-a/db", "change"), ("clusters/prod-a/pxc", "unchanged")];
    assert_eq!((run.code, said), (1, want), "{}", run.stdout);
    assert_eq!(answer["findings"][0]["id"], "owner-moves", "{}", run.stdout);
    assert_eq!(answer["summary"]["delete"], 0);
}

#[test]
fn a_chosen_cluster_brings_along_the_root_that_an_object_leaves_for_it() {
    let world = story();
    world.git(&["checkout", "-q", "main"]);
    let claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: pxc-a}\n\
                 spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n";
    let owner = world.read("flux/pxc-a.yaml").replace("name: pxc-a", "name: apps");
    world.write("flux/apps.yaml", &owner.replace("./clusters/prod-a/pxc", "./apps"));
    world.write("apps/data.yaml", claim);
    world.write("apps/rest.yaml", &claim.replace("name: data", "name: rest"));
    world.write("apps/kustomization.yaml", "resources: [data.yaml, rest.yaml]\n");
    world.commit("apps");
    world.git(&["checkout", "-q", "-b", "moved"]);
    world.git(&["mv", "apps/data.yaml", "clusters/prod-a/pxc/data.yaml"]);
    world.write("apps/kustomization.yaml", "resources: [rest.yaml]\n");
    world.replace("clusters/prod-a/pxc/kustomization.yaml", "resources:\n", "resources:\n  - data.yaml\n");
    world.commit("move");
    let objects = |more: &[&str]| -> Vec<String> {
        let run = preview(&world, &[&["--base", "main", "--format", "json"], more].concat());
        let answer: serde_json::Value = serde_json::from_str(&run.stdout).expect(&run.stderr);
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let roots = answer["roots"].as_array().unwrap_or_else(|| panic!("{answer}")).iter();
        roots
            .flat_map(|root| {
                let objects = root["objects"].as_array().unwrap().iter();
                objects.map(|one| format!("{} {} {}", text(&root["path"]), text(&one["id"]["name"]), one["action"]))
            })
            .chain(answer["findings"].as_array().into_iter().flatten().map(|one| text(&one["fact"])))
            .collect()
    };
    let mut want = objects(&[]);
    let found = objects(&["--cluster", "pxc-a/cluster1"]);
    assert!(want.iter().any(|one| one.starts_with("apps data ")), "{want:?}");
    want.push("roots that objects move from or to, previewed too: `apps`".to_owned());
    assert_eq!(found, want);
}

#[test]
fn a_root_is_previewed_for_each_object_that_applies_it() {
    let world = story();
    world.git(&["checkout", "-q", BRANCH]);
    // The same folder for another cluster, whose Kustomization comes first.
    let second =
        world.read("flux/pxc-a.yaml").replace("name: pxc-a", "name: aaa").replace("namespace: pxc-a", "namespace: x");
    world.write("flux/aaa.yaml", &second);
    world.commit("another cluster");
    let run = preview(&world, &["--base", "main", "--cluster", "pxc-a/cluster1", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let roots = answer["roots"].as_array().unwrap().iter();
    let owners: Vec<&str> = roots.map(|root| root["owner"].as_str().unwrap()).collect();
    assert_eq!((run.code, owners), (1, vec!["Kustomization flux-system/aaa", "Kustomization flux-system/pxc-a"]));
    assert_eq!(answer["roots"][1]["objects"][0]["action"], "change", "{}", run.stdout);
}

#[test]
fn an_owner_that_follows_a_tag_gets_nothing_of_a_merge() {
    let world = story();
    let live = std::fs::read_to_string(world.top().join("live.yaml")).unwrap();
    std::fs::write(world.top().join("live.yaml"), live.replace("    branch: main\n", "    tag: v1.4.0\n")).unwrap();
    let run = preview(&world, &["--head", BRANCH, "--cluster", "pxc-a/cluster1"]);
    let warning = "`Kustomization flux-system/pxc-a` follows the tag `v1.4.0`: merging into `main` changes";
    assert_eq!((run.code, run.stdout.contains(warning)), (1, true), "{}", run.stdout);
    let effective: Vec<&str> = run.stdout.lines().filter(|line| line.starts_with("  effective")).collect();
    assert_eq!(effective, ["  effective nothing changes"], "{}", run.stdout);
}

#[test]
fn refuses_live_files_that_hold_no_objects() {
    let world = story();
    let make = "hint: kubectl get KIND -A -o json --show-managed-fields\n";
    let empty = world.top().join("empty");
    std::fs::create_dir(&empty).unwrap();
    for (name, text, why) in [
        ("none.yaml", "", "it holds no object"),
        ("odd.yaml", "a: 1\n", "it holds something without `kind` or `metadata.name`"),
        ("broken.json", "{\"kind\":", "it is no JSON: EOF while parsing a value at line 1 column 8"),
    ] {
        std::fs::write(world.top().join(name), text).unwrap();
        let run = world.leeward(&["preview", "--head", BRANCH, "--live", &format!("../{name}")]);
        let said = format!("error: failed to read live objects from `../{name}`\ncaused by: {why}\n{make}");
        assert_eq!((run.code, run.stdout.as_str(), run.stderr), (3, "", said));
    }
    let run = world.leeward(&["preview", "--head", BRANCH, "--live", "../empty"]);
    let said = format!(
        "error: failed to read live objects from `../empty`\ncaused by: no YAML or JSON file in the folder\n{make}"
    );
    assert_eq!((run.code, run.stderr), (3, said));
    let run = world.leeward(&["preview", "--head", BRANCH, "--live", "../nowhere"]);
    let said = "error: failed to read live objects from `../nowhere`\ncaused by: no such file\nhint: --live PATH\n";
    assert_eq!((run.code, run.stderr.as_str()), (3, said));
}

#[test]
fn without_files_or_a_kubeconfig_it_says_how_to_name_one() {
    let world = story();
    let run = world.leeward(&["preview", "--head", BRANCH, "--kubeconfig", "/nowhere/config"]);
    let said = "error: failed to read kubeconfig `/nowhere/config`\ncaused by: no such file\nhint: --kubeconfig FILE\n";
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (3, "", said));
}

#[test]
fn a_server_that_is_not_there_is_never_no_difference() {
    let world = story();
    let config = "apiVersion: v1\nkind: Config\ncurrent-context: a\nclusters: [{name: a, cluster: {server: 'http://127.0.0.1:1'}}]\nusers: [{name: a, user: {}}]\ncontexts: [{name: a, context: {cluster: a, user: a}}]\n";
    std::fs::write(world.top().join("config"), config).unwrap();
    let run = world.leeward(&[
        "preview",
        "--head",
        BRANCH,
        "--kubeconfig",
        "../config",
        "--format",
        "json",
        "--timeout",
        "5",
    ]);
    let answer: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let reasons: Vec<&str> = answer["roots"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|root| root["objects"].as_array().unwrap())
        .map(|object| object["trouble"]["reason"].as_str().unwrap_or("none"))
        .collect();
    assert_eq!((run.code, reasons), (4, vec!["unreachable", "unreachable"]), "{}", run.stdout);
    assert_eq!(answer["summary"]["cannot_tell"], 2);
}

#[test]
fn files_and_a_cluster_are_not_read_together() {
    let world = story();
    let run = preview(&world, &["--head", BRANCH, "--context", "a"]);
    let said = "error: the argument '--live' cannot be used with '--context'\n";
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.starts_with(said)), (2, "", true), "{}", run.stderr);
    let run = preview(&world, &["--head", BRANCH, "--dry-run", "server"]);
    let said = "error: the argument '--live' cannot be used with '--dry-run'\n";
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.starts_with(said)), (2, "", true), "{}", run.stderr);
    // What is typed beats the environment.
    let args = ["preview", "--live", "../live.yaml", "--head", BRANCH, "--cluster", "pxc-a/cluster1"];
    let run = world.leeward_with(&args, &[("LEEWARD_CONTEXT", "a")]);
    assert_eq!((run.code, run.stderr.as_str()), (1, ""));
}

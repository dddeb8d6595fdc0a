//! Incidents that follow each other: a stage after the merge of the one before, a second failover on top of a first, a base
//! that moves under files of ours, overlays that are taken back in either order.

use leeward::render::edit::take_back;
use serde_json::{Value, json};

use crate::builds::Checkout;
use crate::world::{Run, World, has_program};

/// The root of every story.
const ROOT: &str = "clusters/prod-a/pxc";
/// Its kustomization.
const KUSTOMIZATION: &str = "clusters/prod-a/pxc/kustomization.yaml";
/// The branch of the first proposal.
const FIRST: &str = "leeward/minio-a-1122/protect";
/// Its command.
const FAILOVER: [&str; 7] = ["propose", "--cluster", "pxc-a/cluster1", "--storage", "minio-a", "--to", "minio-b"];
/// The command of its second stage.
const RESUME: [&str; 7] =
    ["propose", "--cluster", "pxc-a/cluster1", "--stage", "resume", "--confirmed-backup", "cron-full-1"];

/// Returns the repository of the examples, with a third place to go to.
fn world(test: &str) -> Option<World> {
    let world = has_program(test).then(World::gitops)?;
    let third = "\n  minio-c:\n    type: s3\n    endpoint: https://minio.c.example:9000\n    bucket: third\n    credentialsSecret: minio-c-keys\n";
    world.replace("leeward.yaml", "\n  nas:", &format!("{third}  nas:"));
    world.commit("a third place");
    Some(world)
}

/// Proposes, which has to succeed, and merges the branch.
fn merged(world: &World, words: &[&str], branch: &str) {
    assert_done(&world.leeward(words));
    world.git(&["merge", "-q", "--no-ff", "--no-edit", branch]);
}

/// Asserts that a run succeeded.
fn assert_done(run: &Run) {
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
}

/// Returns the backup block of the cluster as a revision builds.
fn backup(world: &World, revision: &str) -> Value {
    let objects = Checkout::of(world, revision).build(world, ROOT);
    objects["PerconaXtraDBCluster pxc-a/cluster1"]["spec"]["backup"].clone()
}

/// Returns what tells schedules apart.
fn schedules(backup: &Value) -> Vec<(String, String)> {
    let text = |schedule: &Value, field: &str| schedule[field].as_str().unwrap().to_owned();
    let all = backup["schedule"].as_array().unwrap().iter();
    all.map(|schedule| (text(schedule, "name"), text(schedule, "storageName"))).collect()
}

#[test]
fn resumes_after_the_merge_and_only_then() {
    let Some(world) = world("resumes_after_the_merge_and_only_then") else { return };
    assert_done(&world.leeward(&FAILOVER));
    let early = world.leeward(&[&RESUME[..], &["--storage", "minio-a", "--incident", "minio-a-1122"]].concat());
    assert_eq!(early.code, 3);
    assert!(early.stderr.contains("stage protect of incident `minio-a-1122` is not in the base"), "{}", early.stderr);
    world.git(&["merge", "-q", "--no-ff", "--no-edit", FIRST]);
    let before = backup(&world, "main");
    assert_done(&world.leeward(&RESUME));
    let after = backup(&world, "leeward/minio-a-1122/resume");
    assert_eq!(after["pitr"]["enabled"], json!(true));
    assert_eq!(after["pitr"]["storageName"], json!("minio-b-binlogs"));
    assert_eq!((&before["schedule"], &before["storages"]), (&after["schedule"], &after["storages"]));
    let paths = world.git(&["diff", "--name-only", "main", "leeward/minio-a-1122/resume"]);
    assert!(paths.lines().all(|path| path.starts_with("clusters/prod-a/pxc/recovery/minio-a-1122/")), "{paths}");
    let again = world.leeward(&RESUME);
    assert!(again.stdout.contains("already proposed: "), "{}", again.stdout);
}

#[test]
fn a_second_failover_keeps_the_names_from_before_the_first() {
    let Some(world) = world("a_second_failover_keeps_the_names_from_before_the_first") else { return };
    merged(&world, &FAILOVER, FIRST);
    merged(&world, &RESUME, "leeward/minio-a-1122/resume");
    let second = [
        "propose",
        "--cluster",
        "pxc-a/cluster1",
        "--storage",
        "minio-b-daily",
        "--to",
        "minio-c",
        "--incident",
        "b-1125",
    ];
    let first = backup(&world, "main");
    merged(&world, &second, "leeward/b-1125/protect");
    let now = backup(&world, "main");
    let moved: Vec<String> = schedules(&now).into_iter().map(|(name, _)| name).collect();
    assert_eq!(moved, ["daily-b-1125", "weekly-b-1125", "monthly"]);
    assert!(schedules(&now)[..2].iter().all(|(_, storage)| storage.starts_with("minio-c")), "{now}");
    assert_eq!(now["pitr"]["enabled"], json!(false));
    assert_eq!(now["pitr"]["storageName"], json!("minio-c-binlogs"));
    let kept = world.show("main", "clusters/prod-a/pxc/recovery/b-1125/incident.yaml");
    assert!(kept.contains("was: \"daily\"") && kept.contains("storage_was: \"minio-b-daily\""), "{kept}");
    assert_done(&world.leeward(&[&RESUME[..], &["--incident", "b-1125"]].concat()));
    assert_eq!(backup(&world, "leeward/b-1125/resume")["pitr"]["enabled"], json!(true));
    // The second taken back gives the first, then the first gives the base.
    taken_back(&world, &["b-1125"]);
    assert_eq!(backup(&world, "HEAD"), first);
}

#[test]
fn a_failover_before_binlogs_were_resumed_resumes_them_at_its_own_target() {
    let Some(world) = world("a_failover_before_binlogs_were_resumed_resumes_them_at_its_own_target") else { return };
    merged(&world, &FAILOVER, FIRST);
    let second = [
        "propose",
        "--cluster",
        "pxc-a/cluster1",
        "--storage",
        "minio-b-daily",
        "--to",
        "minio-c",
        "--incident",
        "b-1125",
    ];
    merged(&world, &second, "leeward/b-1125/protect");
    let now = backup(&world, "main");
    assert_eq!(now["pitr"]["enabled"], json!(false));
    assert_eq!(now["pitr"]["storageName"], json!("minio-c-binlogs"));
    assert_done(&world.leeward(&[&RESUME[..], &["--incident", "b-1125"]].concat()));
    let resumed = backup(&world, "leeward/b-1125/resume");
    assert_eq!(
        (&resumed["pitr"]["enabled"], &resumed["pitr"]["storageName"]),
        (&json!(true), &json!("minio-c-binlogs"))
    );
}

#[test]
fn renders_again_when_the_base_moves_under_its_files() {
    let Some(world) = world("renders_again_when_the_base_moves_under_its_files") else { return };
    assert_done(&world.leeward(&FAILOVER));
    let old = world.git(&["rev-parse", FIRST]);
    world.replace(KUSTOMIZATION, "resources:\n", "# Ours since March.\nresources:\n");
    let hourly =
        "    schedule:\n    - name: hourly\n      schedule: 7 * * * *\n      storageName: minio-a\n      keep: 3\n";
    world.replace("base/pxc/cluster.yaml", "    schedule:\n", hourly);
    world.commit("an hourly schedule");
    assert_done(&world.leeward(&FAILOVER));
    world.git(&["merge-base", "--is-ancestor", &old, FIRST]);
    world.git(&["merge-base", "--is-ancestor", "main", FIRST]);
    assert!(world.show(FIRST, KUSTOMIZATION).contains("# Ours since March.\n"));
    let names: Vec<String> = schedules(&backup(&world, FIRST)).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["hourly-minio-a-1122", "daily-minio-a-1122", "weekly-minio-a-1122", "monthly"]);
    let tip = world.git(&["rev-parse", FIRST]);
    assert!(world.leeward(&FAILOVER).stdout.contains("already proposed: "));
    assert_eq!(world.git(&["rev-parse", FIRST]), tip);
}

#[test]
fn mends_an_overlay_that_was_edited_after_the_merge() {
    let Some(world) = world("mends_an_overlay_that_was_edited_after_the_merge") else { return };
    merged(&world, &FAILOVER, FIRST);
    let wanted = backup(&world, "main");
    let patch = "clusters/prod-a/pxc/recovery/minio-a-1122/backup-patch.yaml";
    world.replace(patch, "minio.b.example", "minio.x.example");
    world.commit("somebody tries something");
    let run = world.leeward(&FAILOVER);
    assert_done(&run);
    assert!(run.stdout.contains("committed "), "{}", run.stdout);
    assert_eq!(backup(&world, FIRST), wanted);
    assert_eq!(world.git(&["diff", "--name-only", "main", FIRST]), patch);
}

#[test]
fn an_incident_that_another_rests_on_is_left_alone() {
    let Some(world) = world("an_incident_that_another_rests_on_is_left_alone") else { return };
    merged(&world, &FAILOVER, FIRST);
    let second = [
        "propose",
        "--cluster",
        "pxc-a/cluster1",
        "--storage",
        "minio-b-daily",
        "--to",
        "minio-c",
        "--incident",
        "b-1125",
    ];
    merged(&world, &second, "leeward/b-1125/protect");
    let before = world.git(&["for-each-ref"]);
    let run = world.leeward(&[&RESUME[..], &["--incident", "minio-a-1122"]].concat());
    assert_eq!(run.code, 3, "{}", run.stdout);
    assert!(run.stderr.contains("incident `b-1125` rests on incident `minio-a-1122`"), "{}", run.stderr);
    assert!(run.stderr.contains("hint: --incident b-1125"), "{}", run.stderr);
    assert_eq!(world.git(&["for-each-ref"]), before);
}

#[test]
fn clusters_of_one_name_in_two_namespaces_get_a_folder_each() {
    let Some(world) = world("clusters_of_one_name_in_two_namespaces_get_a_folder_each") else { return };
    let cluster = world.read("base/pxc/cluster.yaml");
    for namespace in ["one", "two"] {
        let named = format!("  name: cluster1\n  namespace: {namespace}\n");
        world.write(&format!("both/{namespace}.yaml"), &cluster.replacen("  name: cluster1\n", &named, 1));
    }
    world.write("both/kustomization.yaml", "resources: [one.yaml, two.yaml]\n");
    world.commit("two of a name");
    let names = ["--cluster", "both:one/cluster1", "--cluster", "both:two/cluster1"];
    let run = world.leeward(&[&["propose", "--storage", "minio-a", "--to", "nas"][..], &names].concat());
    assert_done(&run);
    for namespace in ["one", "two"] {
        let kept = world.show(FIRST, &format!("both/recovery/minio-a-1122/{namespace}.cluster1/incident.yaml"));
        assert!(kept.contains(&format!("namespace: \"{namespace}\"")), "{kept}");
    }
}

/// Two places of one cluster fail, one after the other; both proposals are merged.
fn two_incidents(test: &str) -> Option<(World, Value)> {
    let world = world(test)?;
    let before = backup(&world, "main");
    merged(&world, &FAILOVER, FIRST);
    let second = ["propose", "--cluster", "pxc-a/cluster1", "--storage", "archive", "--to", "minio-c"];
    merged(&world, &second, "leeward/archive-1122/protect");
    Some((world, before))
}

/// Takes overlays out of the kustomization, removes their folders and commits; every state in between builds.
fn taken_back(world: &World, incidents: &[&str]) {
    for incident in incidents {
        let file = world.repo().join(KUSTOMIZATION);
        let bytes = std::fs::read(&file).unwrap();
        std::fs::write(&file, take_back(&bytes, &format!("recovery/{incident}")).unwrap().unwrap()).unwrap();
        std::fs::remove_dir_all(world.repo().join(ROOT).join("recovery").join(incident)).unwrap();
        world.commit("taken back");
        backup(world, "HEAD");
    }
}

#[test]
fn two_incidents_are_taken_back_in_either_order() {
    for order in [["minio-a-1122", "archive-1122"], ["archive-1122", "minio-a-1122"]] {
        let Some((world, before)) = two_incidents("two_incidents_are_taken_back_in_either_order") else { return };
        let base = world.git(&["rev-list", "--first-parent", "main"]).lines().nth(2).unwrap().to_owned();
        taken_back(&world, &order);
        assert_eq!(backup(&world, "HEAD"), before);
        assert_eq!(world.git(&["diff", "--name-only", &base, "HEAD"]), "");
    }
}

#[test]
fn the_first_of_two_incidents_goes_on_where_it_stands() {
    let Some((world, _)) = two_incidents("the_first_of_two_incidents_goes_on_where_it_stands") else { return };
    let list = world.show("main", KUSTOMIZATION);
    assert_done(&world.leeward(&[&RESUME[..], &["--incident", "minio-a-1122"]].concat()));
    assert_eq!(world.show("leeward/minio-a-1122/resume", KUSTOMIZATION), list);
    assert_eq!(backup(&world, "leeward/minio-a-1122/resume")["pitr"]["enabled"], json!(true));
    assert!(world.leeward(&FAILOVER).stdout.contains("in the base already: "));
}

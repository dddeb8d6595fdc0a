//! What a diagnosis is about goes with it: one of another cluster, another storage or another place is no reason for a plan,
//! which says so; one of the same place under another name is.

use serde_json::{Value, json};

use crate::world::World;

/// The log of a storage that does not answer.
const DEAD: &str = "Connect timeout on endpoint URL: \"https://minio.a.example:9000/pxc-a\"\n";
/// What the plans of these tests have in common.
const PLAN: [&str; 7] = ["plan", "--to", "minio-b", "--diagnosis", "../diagnosis.json", "--format", "json"];

/// Diagnoses a log with flags, keeps the answer as a file, and returns what the answer is about.
fn diagnosed(world: &World, log: &str, flags: &[&str]) -> Value {
    std::fs::write(world.top().join("pod.log"), log).unwrap();
    let run = world.leeward(&[&["diagnose", "--log", "../pod.log", "--format", "json"], flags].concat());
    std::fs::write(world.top().join("diagnosis.json"), &run.stdout).unwrap();
    serde_json::from_str::<Value>(&run.stdout).unwrap()["subject"].take()
}

/// Plans with the diagnosis and returns what the plan says of its subject: level, fact, hint.
fn said(world: &World, flags: &[&str]) -> Vec<[String; 3]> {
    let run = world.leeward(&[&PLAN[..], flags].concat());
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    let plan: Value = serde_json::from_str(&run.stdout).unwrap();
    let own = plan["findings"].as_array().unwrap().iter().filter(|finding| finding["id"] == "diagnosis-foreign");
    own.map(|finding| ["level", "fact", "hint"].map(|field| finding[field].as_str().unwrap().to_owned())).collect()
}

#[test]
fn a_diagnosis_of_another_cluster_or_storage_is_a_finding() {
    let world = World::gitops();
    let of_b = ["--cluster", "pxc-b/cluster1", "--storage", "minio-a"];
    let about = diagnosed(&world, DEAD, &of_b);
    assert_eq!(about, json!({"clusters": ["pxc-b/cluster1"], "storages": ["minio-a"]}));
    let of_a = ["--cluster", "pxc-a/cluster1", "--storage", "minio-a"];
    let hint = "leeward diagnose --cluster pxc-a/cluster1 --storage minio-a --format json";
    let fact = |theirs: &str, own: &str| {
        format!("the diagnosis is about {theirs}, not about `{own}`: it is no reason for this plan")
    };
    let want = ["warn".to_owned(), fact("cluster `pxc-b/cluster1`", "pxc-a/cluster1"), hint.to_owned()];
    assert_eq!(said(&world, &of_a), [want]);
    assert_eq!(said(&world, &of_b), [[""; 3]; 0]);
    assert_eq!(said(&world, &["--all", "--storage", "minio-a"]), [[""; 3]; 0]);
    // An archive is another place; the storage of binlogs is the same.
    diagnosed(&world, DEAD, &["--cluster", "pxc-a/cluster1", "--storage", "archive"]);
    let want = ["warn".to_owned(), fact("storage `archive`", "minio-a"), hint.to_owned()];
    assert_eq!(said(&world, &of_a), [want]);
    diagnosed(&world, DEAD, &["--cluster", "pxc-a/cluster1", "--storage", "minio-a-binlogs"]);
    assert_eq!(said(&world, &of_a), [[""; 3]; 0]);
}

#[test]
fn where_nobody_said_a_storage_the_endpoint_of_the_evidence_tells() {
    let world = World::gitops();
    let of_a = ["--cluster", "pxc-a/cluster1", "--storage", "minio-a"];
    // Made where nobody knows the storages: here the host would be known to be none of them.
    let elsewhere = World::empty();
    let about = diagnosed(&elsewhere, "(InvalidAccessKeyId) https://minio.z.example:9000/pxc-a\n", &[]);
    assert_eq!(about, json!({"clusters": [], "storages": []}));
    std::fs::copy(elsewhere.top().join("diagnosis.json"), world.top().join("diagnosis.json")).unwrap();
    let rotate: Vec<[String; 3]> = said(&world, &of_a);
    assert_eq!(rotate.len(), 1, "{rotate:?}");
    assert!(
        rotate[0][1].starts_with("the diagnosis is about `minio.z.example:9000`, not about `minio.a.example:9000`")
    );
    diagnosed(&world, DEAD, &[]);
    assert_eq!(said(&world, &of_a), [[""; 3]; 0]);
    // What an earlier version wrote says nothing of it.
    let text = std::fs::read_to_string(world.top().join("diagnosis.json")).unwrap();
    let mut old: Value = serde_json::from_str(&text).unwrap();
    old.as_object_mut().unwrap().remove("subject").unwrap();
    std::fs::write(world.top().join("diagnosis.json"), old.to_string()).unwrap();
    assert_eq!(said(&world, &of_a), [[""; 3]; 0]);
}

#[test]
fn a_folder_is_no_diagnosis() {
    let run =
        World::gitops().leeward(&["plan", "--all", "--storage", "minio-a", "--to", "minio-b", "--diagnosis", ".."]);
    let said = "error: failed to read diagnosis `..`\ncaused by: it is a folder\nhint: leeward diagnose --log FILE --format json\n";
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (3, "", said));
}

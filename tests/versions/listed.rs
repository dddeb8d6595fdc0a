//! A storage that the cluster lists already, in words other than leeward's own: no endpoint, no Secret, no `verifyTLS`. What
//! is added beside it says what it says, but for the path.

use serde_json::json;

use crate::built::Built;
use crate::data::{Crd, SAMPLES, files_and_program};
use crate::estate::{Archive, Estate};
use crate::matrix::{assert_refused, findings};
use crate::schema::faults;
use crate::world::World;

/// What is typed first.
const PROTECT: [&str; 7] = ["propose", "--format", "json", "--storage", "minio-a", "--to", "archive"];
/// What is typed second.
const RESUME: [&str; 7] = ["propose", "--format", "json", "--stage", "resume", "--confirmed-backup", "backup-1"];

/// Proposes, merges and builds.
fn merged(world: &World, args: &[&str], stage: &str) -> (String, Built) {
    let run = world.leeward(args);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    world.git(&["merge", "-q", "--no-ff", "-m", stage, &format!("leeward/minio-a-1122/{stage}")]);
    (run.stdout, Built::of(world))
}

#[test]
fn copies_a_listed_storage_in_its_own_words() {
    let Some(files) = files_and_program("copies_a_listed_storage_in_its_own_words") else { return };
    for (sample, _) in SAMPLES {
        let crd = Crd::of(&files, sample);
        let world = Estate { archive: Archive::Amazon, ..Estate::of(sample) }.world(&files);
        for (args, stage) in [(PROTECT, "protect"), (RESUME, "resume")] {
            let (_, built) = merged(&world, &args, stage);
            let storages = built.storages();
            for part in ["daily", "weekly", "binlogs"] {
                let mut wanted = storages["archive"].clone();
                wanted["s3"]["bucket"] = json!(format!("pxc-archive/cluster1/{part}"));
                assert_eq!(*storages[format!("archive-{part}").as_str()], wanted, "{sample}");
            }
            assert_eq!(built.binlogs(), (stage == "resume").then_some("archive-binlogs"));
            assert_eq!(faults(crd.schema("v1"), built.cluster()), [""; 0], "{sample}");
        }
    }
}

#[test]
fn moves_backups_but_not_binlogs_to_a_storage_that_takes_keys_from_a_role() {
    let Some(files) = files_and_program("moves_backups_but_not_binlogs_to_a_storage_that_takes_keys_from_a_role")
    else {
        return;
    };
    let world = Estate { archive: Archive::Role, ..Estate::of("1.20.0-dev") }.world(&files);
    let (report, built) = merged(&world, &PROTECT, "protect");
    assert_eq!(findings(&serde_json::from_str(&report).unwrap(), "warn"), ["retention-frozen", "pitr-without-secret"]);
    assert_eq!((built.binlogs(), built.schedules()[0]["storageName"].as_str()), (None, Some("archive-daily")));
    assert_refused(&world.leeward(&RESUME), "pitr-without-secret", "role");
}

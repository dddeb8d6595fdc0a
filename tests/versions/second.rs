//! A second incident while binlogs wait for the second stage of the first: the later one takes them over. Else they would
//! stay off for ever, or be switched on again on a place that is dead, which stops every backup (operator.md 9).

use serde_json::Value;

use crate::built::Built;
use crate::data::files_and_program;
use crate::estate::{Estate, Pitr};
use crate::world::World;

/// Proposes, merges and builds; returns the report too.
fn merged(world: &World, args: &[&str]) -> (Value, Built) {
    let run = world.leeward(&[&["propose", "--format", "json"], args].concat());
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{args:?}: {}", run.stdout);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let branch = report["proposal"]["branch"].as_str().unwrap().to_owned();
    world.git(&["merge", "-q", "--no-ff", "-m", &branch, &branch]);
    (report, Built::of(world))
}

/// Returns whether binlogs are on, and where they point.
fn binlogs(built: &Built) -> (bool, &str) {
    let pitr = &built.backup()["pitr"];
    (pitr["enabled"].as_bool().unwrap(), pitr["storageName"].as_str().unwrap())
}

/// Returns the names of the schedules.
fn names(built: &Built) -> Vec<&str> {
    built.schedules().iter().map(|schedule| schedule["name"].as_str().unwrap()).collect()
}

#[test]
fn takes_over_binlogs_that_wait_on_a_place_that_fails_too() {
    let Some(files) = files_and_program("takes_over_binlogs_that_wait_on_a_place_that_fails_too") else { return };
    let world = Estate::of("1.20.0-dev").world(&files);
    let first = ["--storage", "minio-a", "--to", "minio-b", "--incident", "one"];
    assert_eq!(binlogs(&merged(&world, &first).1), (false, "minio-b-binlogs"));
    let second = ["--storage", "minio-b-daily", "--to", "archive", "--incident", "two"];
    let (report, built) = merged(&world, &second);
    assert_eq!(report["clusters"][0]["stage_number"], serde_json::json!([1, 2]));
    assert_eq!(binlogs(&built), (false, "archive-binlogs"));
    assert_eq!(names(&built), ["daily-two", "weekly-two", "monthly"]);
    let resume = ["--stage", "resume", "--confirmed-backup", "backup-1", "--incident"];
    let old = world.leeward(&[&["propose", "--format", "json"], resume.as_slice(), &["one"]].concat());
    let fact = "incident `two` rests on incident `one`, which cannot change under it";
    assert_eq!((old.code, old.stderr), (3, format!("error: {fact}\nhint: --incident two\n")));
    assert_eq!(binlogs(&merged(&world, &[resume.as_slice(), &["two"]].concat()).1), (true, "archive-binlogs"));
}

#[test]
fn takes_binlogs_along_from_a_buffer_to_s3() {
    let Some(files) = files_and_program("takes_binlogs_along_from_a_buffer_to_s3") else { return };
    let world = Estate::of("1.19.0").world(&files);
    let first = ["--storage", "minio-a", "--to", "nas", "--incident", "one"];
    assert_eq!(binlogs(&merged(&world, &first).1), (false, "minio-a-binlogs"));
    let second = ["--storage", "nas", "--to", "minio-b", "--incident", "two"];
    let (_, built) = merged(&world, &second);
    assert_eq!(binlogs(&built), (false, "minio-b-binlogs"));
    assert_eq!(names(&built), ["daily-two", "weekly-two", "monthly"]);
    let resume = ["--stage", "resume", "--confirmed-backup", "backup-1", "--incident", "two"];
    assert_eq!(binlogs(&merged(&world, &resume).1), (true, "minio-b-binlogs"));
}

#[test]
fn leaves_binlogs_alone_that_wait_on_a_place_that_works() {
    let Some(files) = files_and_program("leaves_binlogs_alone_that_wait_on_a_place_that_works") else { return };
    let world = Estate::of("1.18.0").world(&files);
    merged(&world, &["--storage", "minio-a", "--to", "minio-b", "--incident", "one"]);
    let (report, built) = merged(&world, &["--storage", "archive", "--to", "minio-b", "--incident", "two"]);
    assert_eq!(report["clusters"][0]["stage_number"], serde_json::json!([1, 1]));
    assert_eq!(binlogs(&built), (false, "minio-b-binlogs"));
    let resume = ["--stage", "resume", "--confirmed-backup", "backup-1", "--incident", "one"];
    assert_eq!(binlogs(&merged(&world, &resume).1), (true, "minio-b-binlogs"));
}

#[test]
fn leaves_binlogs_off_that_nobody_wanted() {
    let Some(files) = files_and_program("leaves_binlogs_off_that_nobody_wanted") else { return };
    let world = Estate { pitr: Pitr::Off, ..Estate::of("1.20.0-dev") }.world(&files);
    merged(&world, &["--storage", "minio-a", "--to", "minio-b", "--incident", "one"]);
    let (report, built) = merged(&world, &["--storage", "minio-b-daily", "--to", "archive", "--incident", "two"]);
    assert_eq!(report["clusters"][0]["stage_number"], serde_json::json!([1, 1]));
    assert_eq!(binlogs(&built), (false, "minio-a-binlogs"));
}

//! The two axes of versions: fields follow the operator, behaviour follows `crVersion` (operator.md 12.22); patch releases,
//! versions that are newer, older or unset; and the CA bundle that 1.18 drops in silence.

use std::path::Path;

use serde_json::{Value, json};

use crate::built::Built;
use crate::data::{Crd, files_and_program, operator_files};
use crate::estate::{CrVersion, Estate, Keeps};
use crate::matrix::{assert_refused, findings};
use crate::schema::faults;
use crate::world::{Run, World};

/// What is typed.
const FAILOVER: [&str; 7] = ["propose", "--format", "json", "--storage", "minio-a", "--to", "minio-b"];

/// A pair of versions and what has to be said of it.
struct Axes {
    /// The sample, its `crVersion`, the operator of leeward.yaml.
    given: (&'static str, CrVersion, Option<&'static str>),
    /// The sample whose CRD the result has to fit.
    crd: &'static str,
    /// The findings about versions.
    says: &'static str,
}

/// Returns a pair of versions.
const fn axes(
    sample: &'static str,
    cr_version: CrVersion,
    operator: Option<&'static str>,
    crd: &'static str,
    says: &'static str,
) -> Axes {
    Axes { given: (sample, cr_version, operator), crd, says }
}

/// Said where the operator is newer than any whose rules were read.
const NEWER: &str = "warn: operator 1.21.0 is newer than the rules known here, those of 1.20 were used";
/// Said where the operator is not known.
const TAKEN: &str = "note: the operator is taken to be 1.18.0, as crVersion says";
/// Said where `crVersion` is not known.
const UNSET: &str = "note: crVersion is unset and taken to be 1.19.1, the operator's";
/// Said where nothing is known.
const NEITHER: &str = "warn: neither operator version nor crVersion is known, the rules of 1.20.0 were used";
/// Both axes, equal, apart, patched, newer, and unset.
const AXES: [Axes; 11] = [
    axes("1.18.0", CrVersion::Sample, None, "1.18.0", TAKEN),
    axes("1.18.0", CrVersion::Sample, Some("1.18.0"), "1.18.0", ""),
    axes("1.18.0", CrVersion::Sample, Some("1.19.0"), "1.19.0", ""),
    axes("1.17.0", CrVersion::Sample, Some("1.18.0"), "1.18.0", ""),
    axes("1.17.0", CrVersion::Sample, Some("1.20.0"), "1.20.0-dev", ""),
    axes("1.19.0", CrVersion::Is("1.19.1"), Some("1.19.1"), "1.19.0", ""),
    axes("1.20.0-dev", CrVersion::Sample, Some("1.20.3"), "1.20.0-dev", ""),
    axes("1.20.0-dev", CrVersion::Sample, Some("1.21.0"), "1.20.0-dev", NEWER),
    axes("1.20.0-dev", CrVersion::Is("1.21.0"), None, "1.20.0-dev", NEWER),
    axes("1.19.0", CrVersion::Unset, Some("1.19.1"), "1.19.0", UNSET),
    axes("1.20.0-dev", CrVersion::Unset, None, "1.20.0-dev", NEITHER),
];

/// Proposes a failover; returns the run, and the build of the result where it committed.
fn proposed(files: &Path, estate: &Estate) -> (Run, Option<Built>) {
    let world = estate.world(files);
    let run = world.leeward(&FAILOVER);
    let built = (run.code == 0).then(|| merged(&world));
    (run, built)
}

/// Merges the proposal and builds.
fn merged(world: &World) -> Built {
    world.git(&["merge", "-q", "--no-ff", "-m", "protect", "leeward/minio-a-1122/protect"]);
    Built::of(world)
}

/// Returns what a failover on an estate says about versions, and what the CRD of a version has against its result.
fn said(files: &Path, estate: &Estate, crd: &str) -> (Vec<String>, Vec<String>) {
    let (run, built) = proposed(files, estate);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{estate:?}: {}", run.stdout);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let all = report["clusters"][0]["findings"].as_array().unwrap().iter();
    let of_versions = all.filter(|finding| finding["id"].as_str().unwrap().starts_with("version-"));
    let line =
        |finding: &Value| format!("{}: {}", finding["level"].as_str().unwrap(), finding["fact"].as_str().unwrap());
    (of_versions.map(line).collect(), faults(Crd::of(files, crd).schema("v1"), built.unwrap().cluster()))
}

#[test]
fn follows_both_axes_and_says_which_it_knew() {
    let Some(files) = files_and_program("follows_both_axes_and_says_which_it_knew") else { return };
    for axes in AXES {
        let (sample, cr_version, operator) = axes.given;
        let estate = Estate { cr_version, operator, ..Estate::of(sample) };
        let (versions, faults) = said(&files, &estate, axes.crd);
        assert_eq!((versions.join(", ").as_str(), faults), (axes.says, Vec::new()), "{estate:?}");
    }
}

#[test]
fn writes_retention_where_the_operator_knows_it_whatever_the_cr_version() {
    let Some(files) = files_and_program("writes_retention_where_the_operator_knows_it_whatever_the_cr_version") else {
        return;
    };
    let first = |sample, operator| {
        let estate = Estate { operator, keeps: Keeps::Keep, ..Estate::of(sample) };
        let built = proposed(&files, &estate).1.unwrap();
        let mut schedule = built.schedules()[0].clone();
        schedule.as_object_mut().unwrap().retain(|field, _| ["keep", "retention"].contains(&field.as_str()));
        schedule
    };
    let spelled = json!({"retention": {"type": "count", "count": 7, "deleteFromStorage": true}});
    assert_eq!(first("1.17.0", None), json!({"keep": 7}));
    assert_eq!(first("1.18.0", Some("1.17.0")), json!({"keep": 7}));
    assert_eq!(first("1.17.0", Some("1.18.0")), spelled);
    assert_eq!(first("1.20.0-dev", None), spelled);
}

#[test]
fn refuses_a_ca_that_the_operator_would_drop() {
    let Some(files) = operator_files("refuses_a_ca_that_the_operator_would_drop") else { return };
    let cases = [("1.17.0", None), ("1.18.0", None), ("1.17.0", Some("1.18.2")), ("1.19.0", Some("1.18.0"))];
    for (sample, operator) in cases {
        let estate = Estate { operator, has_ca: true, ..Estate::of(sample) };
        let (run, _) = proposed(&files, &estate);
        assert_ca_refused(&run, operator.unwrap_or(sample));
    }
}

/// Asserts that the CA of both new places was refused, in words a person can act on.
fn assert_ca_refused(run: &Run, operator: &str) {
    assert_eq!(run.code, 3, "{run:?}");
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(findings(&report, "refuse").iter().all(|id| *id == "ca-dropped"), "{}", run.stdout);
    assert_eq!(
        run.stderr,
        format!(
            "error: the recovery of `pxc/cluster1` is refused: ca-dropped: `caBundle` of storage `minio-b-daily` is dropped in silence by operator {operator}\n\
             hint: verifyTLS: false until the operator is 1.19\n"
        )
    );
}

#[test]
fn renders_a_ca_that_the_operator_knows_though_the_cr_version_is_older() {
    let Some(files) = files_and_program("renders_a_ca_that_the_operator_knows_though_the_cr_version_is_older") else {
        return;
    };
    for (sample, operator) in [("1.18.0", Some("1.19.1")), ("1.19.0", None), ("1.20.0-dev", None)] {
        let estate = Estate { operator, has_ca: true, ..Estate::of(sample) };
        let built = proposed(&files, &estate).1.unwrap();
        let storages = built.storages();
        for name in ["minio-b-daily", "minio-b-weekly", "minio-b-binlogs"] {
            assert_eq!(
                storages[name]["s3"]["caBundle"],
                json!({"name": "minio-b-ca", "key": "ca.crt"}),
                "{sample} {name}"
            );
        }
    }
}

#[test]
fn refuses_an_operator_whose_rules_are_not_known() {
    let Some(files) = operator_files("refuses_an_operator_whose_rules_are_not_known") else { return };
    for (operator, cr_version, found) in [
        (Some("1.16.1"), CrVersion::Sample, "1.16.1"),
        (None, CrVersion::Is("1.16.0"), "1.16.0"),
        (Some("2.0.0"), CrVersion::Sample, "2.0.0"),
    ] {
        let world = Estate { cr_version, operator, ..Estate::of("1.19.0") }.world(&files);
        let before = world.snapshot();
        let run = world.leeward(&FAILOVER[..1].iter().chain(&FAILOVER[3..]).copied().collect::<Vec<_>>());
        let stderr = format!(
            "error: failed to plan for `pxc/cluster1`\n\
             caused by: operator {found} is not supported, the rules of 1.17.0 to 1.20.0 are known\n\
             hint: --operator-version 1.19.0\n"
        );
        assert_eq!(run, Run { code: 3, stdout: String::new(), stderr });
        assert_eq!(world.snapshot(), before);
    }
}

#[test]
fn refuses_the_buffer_that_a_quota_cannot_hold_on_every_version() {
    let Some(files) = operator_files("refuses_the_buffer_that_a_quota_cannot_hold_on_every_version") else { return };
    for sample in ["1.17.0", "1.20.0-dev"] {
        let world = Estate::of(sample).world(&files);
        let run =
            world.leeward(&["propose", "--format", "json", "--storage", "minio-a", "--to", "nas", "--retention", "9"]);
        assert_refused(&run, "buffer-capacity", sample);
    }
}

//! The matrix: every version, action and stage. Each commit is merged, built by the program, held against the CRD of the
//! version with nothing pruned, and against every row.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::built::Built;
use crate::data::{Crd, files_and_program};
use crate::estate::{Crons, Estate, Pitr, ROOT};
use crate::rows::{Case, ROWS};
use crate::schema::faults;
use crate::story::{Outcome, STORIES, Stage, Step, Story};
use crate::world::{Run, World};

/// How many runs there were, by outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tally {
    /// Runs that committed, whose result held against CRD and rows.
    commits: usize,
    /// Runs that refused, with the finding that was wanted.
    refusals: usize,
}

/// A repository in the middle of a story.
struct Stand<'a> {
    /// The story.
    story: &'a Story,
    /// Its repository.
    world: World,
    /// The CRD.
    crd: &'a Crd,
    /// What the repository is made of.
    estate: &'a Estate,
    /// The build before the incident.
    origin: Built,
}

/// Tells a story on an estate and checks every result; returns the last.
pub(crate) fn tell(files: &Path, crd: &Crd, estate: &Estate, story: &Story, tally: &mut Tally) -> Option<Case> {
    let world = estate.world(files);
    let origin = Built::of(&world);
    let stand = Stand { story, world, crd, estate, origin };
    stand.check_schema(&stand.origin);
    let mut last = None;
    for step in story.steps {
        match step.outcome {
            Outcome::Commits => {
                last = Some(stand.commits(step));
                tally.commits += 1;
            }
            Outcome::Refuses(id) => {
                stand.refuses(step, id);
                tally.refusals += 1;
            }
        }
    }
    last
}

impl Stand<'_> {
    /// Runs a stage.
    fn run(&self, step: &Step) -> Run {
        self.world.leeward_with(&self.story.arguments(step), &[("LEEWARD_ACTIVATION", self.estate.activation)])
    }

    /// Runs a stage, merges it, and returns what is then there, checked.
    fn commits(&self, step: &Step) -> Case {
        let before = self.untouched();
        let run = self.run(step);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}: {}", self.story.name, run.stdout);
        assert_eq!(self.untouched(), before, "{}: something beside leeward's branch changed", self.story.name);
        let stage = if step.stage == Stage::Protect { "protect" } else { "resume" };
        let branch = format!("leeward/minio-a-1122/{stage}");
        let files = self.changed(&branch);
        let is_component = self.world.show(&branch, &format!("{ROOT}/kustomization.yaml")).contains("components:");
        assert_eq!(is_component, self.estate.activation == "auto", "{}", self.story.name);
        self.world.git(&["merge", "-q", "--no-ff", "-m", stage, &branch]);
        let case = Case {
            r#move: self.story.r#move,
            stage: step.stage,
            pitr: self.story.pitr,
            origin: self.origin.clone(),
            after: Built::of(&self.world),
            files,
            report: run.stdout,
        };
        self.check_schema(&case.after);
        let broken: Vec<String> =
            ROWS.iter().filter_map(|(row, check)| Some(format!("{row}: {}", check(&case).err()?))).collect();
        assert_eq!(
            broken,
            [""; 0],
            "{} {stage}\n{}",
            self.story.name,
            serde_yaml::to_string(case.after.backup()).unwrap()
        );
        case
    }

    /// Runs a stage that has to be refused by one finding, with nothing changed.
    fn refuses(&self, step: &Step, id: &str) {
        let before = self.world.snapshot();
        let run = self.run(step);
        assert_refused(&run, id, self.story.name);
        assert_eq!(self.world.snapshot(), before, "{}: a refused run changed something", self.story.name);
    }

    /// Returns work tree, index and refs, without the branches that are leeward's own.
    fn untouched(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = self.world.snapshot();
        files.retain(|path, _| !path.components().any(|part| part.as_os_str() == "leeward"));
        files
    }

    /// Returns the files that a branch changes, before and after.
    fn changed(&self, branch: &str) -> BTreeMap<String, (String, String)> {
        let paths = self.world.git(&["diff", "--name-only", "main", branch]);
        let has = |revision: &str, path: &str| !self.world.git(&["ls-tree", revision, path]).is_empty();
        let read = |revision: &str, path: &str| {
            if has(revision, path) { self.world.show(revision, path) } else { String::new() }
        };
        paths.lines().map(|path| (path.to_owned(), (read("main", path), read(branch, path)))).collect()
    }

    /// Holds a build against the version it is written in and the version it is stored in.
    fn check_schema(&self, built: &Built) {
        for version in [self.estate.api, "v1"] {
            assert_eq!(faults(self.crd.schema(version), built.cluster()), [""; 0], "{}, {version}", self.story.name);
        }
    }
}

/// Asserts that a run was refused by one finding and that both streams say so.
pub(crate) fn assert_refused(run: &Run, id: &str, name: &str) {
    assert_eq!(run.code, 3, "{name}: {run:?}");
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let refusing: Vec<&str> = findings(&report, "refuse");
    assert_eq!(refusing, [id], "{name}: {}", run.stdout);
    assert!(
        run.stderr.starts_with(&format!("error: the recovery of `pxc/cluster1` is refused: {id}: ")),
        "{}",
        run.stderr
    );
    assert!(report["proposal"].is_null() && report["files"] == Value::Array(Vec::new()), "{}", run.stdout);
}

/// Returns the ids of the findings of a level, for the one cluster of a report.
pub(crate) fn findings<'a>(report: &'a Value, level: &str) -> Vec<&'a str> {
    let all = report["clusters"][0]["findings"].as_array().unwrap_or_else(|| panic!("no plan: {report}"));
    all.iter().filter(|finding| finding["level"] == level).map(|finding| finding["id"].as_str().unwrap()).collect()
}

/// Tells every story on the sample of a version, those that move schedules also with crons that never meet.
fn every_story(test: &str, sample: &'static str) {
    let Some(files) = files_and_program(test) else { return };
    let crd = Crd::of(&files, sample);
    let mut tally = Tally::default();
    for story in &STORIES {
        let estate = Estate { pitr: story.pitr, ..Estate::of(sample) };
        drop(tell(&files, &crd, &estate, story, &mut tally));
        if story.r#move.moves_schedules() && story.pitr == Pitr::On {
            drop(tell(&files, &crd, &Estate { crons: Crons::Apart, ..estate }, story, &mut tally));
        }
    }
    eprintln!("{sample}: {} runs, {tally:?}", tally.commits + tally.refusals);
    assert_eq!(tally, Tally { commits: 17, refusals: 17 });
}

#[test]
fn recovers_on_operator_1_17() {
    every_story("recovers_on_operator_1_17", "1.17.0");
}

#[test]
fn recovers_on_operator_1_18() {
    every_story("recovers_on_operator_1_18", "1.18.0");
}

#[test]
fn recovers_on_operator_1_19() {
    every_story("recovers_on_operator_1_19", "1.19.0");
}

#[test]
fn recovers_on_operator_1_20() {
    every_story("recovers_on_operator_1_20", "1.20.0-dev");
}

#[test]
fn recovers_a_cluster_written_in_an_older_served_version_by_a_patch_of_the_root() {
    let test = "recovers_a_cluster_written_in_an_older_served_version_by_a_patch_of_the_root";
    let Some(files) = files_and_program(test) else { return };
    let mut tally = Tally::default();
    for (api, sample) in [("v1-10-0", "1.17.0"), ("v1-11-0", "1.20.0-dev")] {
        let crd = Crd::of(&files, sample);
        for story in STORIES.iter().filter(|story| story.pitr == Pitr::On) {
            let estate = Estate { api, activation: "append", ..Estate::of(sample) };
            let case = tell(&files, &crd, &estate, story, &mut tally).unwrap();
            assert_eq!(case.after.cluster()["apiVersion"], format!("pxc.percona.com/{api}"));
        }
    }
    eprintln!("older served versions: {} runs, {tally:?}", tally.commits + tally.refusals);
    assert_eq!(tally, Tally { commits: 16, refusals: 14 });
}

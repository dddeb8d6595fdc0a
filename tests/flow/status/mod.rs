//! `status`: each place an incident can stand at has one answer and one command, from Git alone.

mod live;
mod unread;

use serde_json::{Value, json};

use crate::refusal::FAILOVER;
use crate::world::{Run, World};

/// The branch of the usual proposal.
const PROTECT: &str = "leeward/minio-a-1122/protect";
/// The overlay of the usual proposal.
const OVERLAY: &str = "clusters/prod-a/pxc/recovery/minio-a-1122";

/// The example repository with the usual proposal.
fn proposed() -> World {
    let world = World::gitops();
    done(&world.leeward(&FAILOVER));
    world
}

/// The same, merged as it is.
fn merged() -> World {
    let world = proposed();
    world.git(&["merge", "-q", "--ff-only", PROTECT]);
    world
}

/// Asserts that a run did what it should.
#[track_caller]
fn done(run: &Run) {
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
}

/// Returns the incidents of the status as JSON.
#[track_caller]
fn incidents(run: &Run) -> Vec<Value> {
    let status: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"));
    assert_eq!((&status["version"], &status["kind"]), (&1.into(), &"Status".into()));
    status["incidents"].as_array().unwrap().clone()
}

/// Returns where each incident stands, why and what is next, and the exit code.
#[track_caller]
fn standing(world: &World, more: &[&str]) -> (i32, Vec<[String; 3]>) {
    let run = world.leeward(&[&["status", "--format", "json"][..], more].concat());
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let line = |line: &Value| [text(&line["standing"]), hidden(&text(&line["fact"])), text(&line["next"])];
    (run.code, incidents(&run).iter().map(line).collect())
}

/// Returns a text whose commit ids are hidden.
fn hidden(text: &str) -> String {
    let is_id = |word: &str| word.len() == 7 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let word = |word: &str| {
        let bare = word.trim_end_matches([',', ';']);
        if is_id(bare) { word.replace(bare, "ID") } else { word.to_owned() }
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Asserts where the one incident stands.
#[track_caller]
fn assert_standing(world: &World, standing_: &str, fact: &str, next: &str) {
    assert_eq!(standing(world, &[]), (0, vec![[standing_, fact, next].map(str::to_owned)]));
}

#[test]
fn says_that_nothing_is_open() {
    let world = World::gitops();
    let head = world.git(&["rev-parse", "--short=7", "HEAD"]);
    let run = world.leeward(&["status"]);
    done(&run);
    assert_eq!(run.stdout, format!("no incident is open in main {head} or on a branch of leeward\n"));
}

#[test]
fn a_proposal_is_looked_at_before_it_is_merged() {
    let world = proposed();
    let run = world.leeward(&["status"]);
    done(&run);
    insta::assert_snapshot!(run.stdout, @r"
    INCIDENT      CLUSTER         FROM → TO             STAGE              AGE    PULL REQUEST
    minio-a-1122  pxc-a/cluster1  minio-a +1 → minio-b  protect, proposed  0 min  -

    minio-a-1122 of pxc-a/cluster1
      state     proposed on leeward/minio-a-1122/protect, not in main
      clock     point in time: on, into `minio-a-binlogs`, which failed
                due next: `daily` 2026-11-23 00:00 UTC, `weekly` 2026-11-28 00:00 UTC, `monthly`
                  2026-12-01 05:30 UTC
                retention: counts backups that succeeded: it deletes nothing while they fail
                binlogs: the nodes keep them for 30 d
                not known: which backups exist and what was missed: Git does not say it, and no
                  cluster was looked at (`--context NAME`)
                not known: whether lifecycle rules of a bucket delete by age
                assumed: the operator's container runs in UTC, and crons without a zone with it
                assumed: `binlog_expire_logs_seconds` is 2592000, the default of MySQL 8: nothing in
                  `spec.pxc.configuration` sets it
                assumed: no node lost its binlogs, by a full volume or by hand
      next      leeward preview --head leeward/minio-a-1122/protect
    ");
    assert_standing(
        &world,
        "proposed",
        "proposed on leeward/minio-a-1122/protect, not in main",
        "leeward preview --head leeward/minio-a-1122/protect",
    );
}

#[test]
fn what_stands_is_verified_and_then_resumed() {
    let world = merged();
    let verify = "leeward verify --incident minio-a-1122 --test-backup";
    assert_standing(&world, "in-base", "in main since ID", verify);
    let resume = ["propose", "--incident", "minio-a-1122", "--stage", "resume", "--confirmed-backup", "manual-1"];
    done(&world.leeward(&resume));
    let preview = "leeward preview --head leeward/minio-a-1122/resume";
    assert_standing(&world, "in-base", "in main since ID", preview);
    let run = world.leeward(&["status", "--format", "json"]);
    let line = &incidents(&run)[0];
    assert_eq!((&line["stage"], &line["proposed"]["stage"]), (&"protect".into(), &"resume".into()));
    assert!(world.leeward(&["status"]).stdout.contains("  protect, resume proposed  "), "{run:?}");
    world.git(&["merge", "-q", "--no-ff", "-m", "merge", "leeward/minio-a-1122/resume"]);
    let verify = "leeward verify --incident minio-a-1122";
    assert_standing(&world, "in-base", "in main since ID, merged by ID", verify);
}

#[test]
fn a_squashed_merge_is_what_leeward_wrote() {
    let world = proposed();
    world.git(&["merge", "-q", "--squash", PROTECT]);
    world.commit("squashed");
    world.git(&["branch", "-q", "-D", PROTECT]);
    assert_standing(&world, "in-base", "in main since ID", "leeward verify --incident minio-a-1122 --test-backup");
}

#[test]
fn an_overlay_that_was_changed_by_hand_is_rendered_again() {
    let world = merged();
    world.replace(&format!("{OVERLAY}/backup-patch.yaml"), "# daily moves", "# daily moves, by hand:");
    world.commit("tweak");
    assert_standing(
        &world,
        "edited",
        "in main, changed by hand since: `clusters/prod-a/pxc/recovery/minio-a-1122/backup-patch.yaml` by ID `tweak`",
        "leeward propose --incident minio-a-1122 --stage protect --cluster clusters/prod-a/pxc:pxc-a/cluster1 --to minio-b --storage minio-a",
    );
    let run = world.leeward(&["status"]);
    assert!(run.stdout.contains("  protect, edited by hand  "), "{run:?}");
    let again = ["propose", "--incident", "minio-a-1122", "--cluster", "pxc-a/cluster1", "--storage", "minio-a"];
    done(&world.leeward(&[&again[..], &["--to", "minio-b"]].concat()));
    let [standing_, _, next] = standing(&world, &[]).1.remove(0);
    assert_eq!((standing_.as_str(), next.as_str()), ("edited", "leeward preview --head leeward/minio-a-1122/protect"));
}

#[test]
fn an_edit_that_was_taken_back_is_none() {
    let verify = "leeward verify --incident minio-a-1122 --test-backup";
    let merged_by = |words: &[&str]| {
        let world = proposed();
        world.git(&[&["merge", "-q"][..], words, &[PROTECT]].concat());
        world.commit("merged");
        world
    };
    for world in [merged_by(&["--ff-only"]), merged_by(&["--squash"])] {
        world.replace(&format!("{OVERLAY}/backup-patch.yaml"), "# daily moves", "# daily moves, by hand:");
        world.commit("tweak");
        assert_eq!(standing(&world, &[]).1[0][0], "edited");
        world.git(&["revert", "--no-edit", "HEAD"]);
        let [standing_, fact, _] = standing(&world, &[]).1.remove(0);
        assert_eq!((standing_.as_str(), fact.as_str()), ("in-base", "in main since ID"));
        world.git(&["branch", "-q", "-D", PROTECT]);
        assert_standing(&world, "in-base", "in main since ID", verify);
    }
}

#[test]
fn a_stage_that_is_left_alone_for_a_week_is_abandoned_though_another_stands() {
    let world = merged();
    let resume = ["propose", "--incident", "minio-a-1122", "--stage", "resume", "--confirmed-backup", "manual-1"];
    done(&world.leeward(&resume));
    let later = [("LEEWARD_NOW", "2026-12-19T10:00:00Z")];
    let run = world.leeward_with(&["status", "--format", "json"], &later);
    let line = &incidents(&run)[0];
    let fact = "in main since ID; leeward/minio-a-1122/resume is proposed and left alone for 27 d";
    assert_eq!((&line["standing"], hidden(line["fact"].as_str().unwrap())), (&"in-base".into(), fact.to_owned()));
    assert_eq!(
        (&line["proposed"]["is_abandoned"], &line["next"]),
        (&true.into(), &"leeward preview --head leeward/minio-a-1122/resume".into())
    );
    let run = world.leeward_with(&["status"], &later);
    assert!(run.stdout.contains("  protect, resume abandoned  "), "{run:?}");
}

#[test]
fn an_overlay_that_nothing_includes_has_no_effect() {
    let world = merged();
    let kustomization = world.show("HEAD^", "clusters/prod-a/pxc/kustomization.yaml");
    world.write("clusters/prod-a/pxc/kustomization.yaml", &kustomization);
    world.commit("cleaned up");
    assert_standing(
        &world,
        "without-effect",
        "in main since ID; but no schedule `daily-minio-a-1122` is built, to which `daily` was moved",
        "leeward propose --incident minio-a-1122 --stage protect --cluster clusters/prod-a/pxc:pxc-a/cluster1 --to minio-b --storage minio-a",
    );
}

#[test]
fn a_reverted_incident_is_told_of_with_its_branch_and_for_a_month_without() {
    let world = merged();
    world.git(&["revert", "--no-edit", "HEAD"]);
    let fact = "leeward/minio-a-1122/protect was merged, and is not in main, where ID `Revert \"backup: failover of pxc-a/cluster1 from minio-a to minio-b, stage protect\"` took it out";
    assert_standing(&world, "taken-out", fact, "-");
    world.git(&["branch", "-q", "-D", PROTECT]);
    let fact = "it was in main, where ID `Revert \"backup: failover of pxc-a/cluster1 from minio-a to minio-b, stage protect\"` took it out";
    assert_standing(&world, "taken-out", fact, "-");
    let run = world.leeward_with(&["status", "--format", "json"], &[("LEEWARD_NOW", "2026-12-23T10:00:00Z")]);
    assert_eq!(incidents(&run), Vec::<Value>::new());
}

#[test]
fn a_rotation_that_nothing_includes_has_no_effect() {
    let world = World::gitops();
    let rotate = ["propose", "--cluster", "pxc-a/cluster1", "--storage", "minio-a", "--action", "rotate"];
    done(&world.leeward(&rotate));
    world.git(&["merge", "-q", "--ff-only", PROTECT]);
    assert_eq!(standing(&world, &[]).1[0][0], "in-base");
    let kustomization = world.show("HEAD^", "clusters/prod-a/pxc/kustomization.yaml");
    world.write("clusters/prod-a/pxc/kustomization.yaml", &kustomization);
    world.commit("cleaned up");
    assert_standing(
        &world,
        "without-effect",
        "in main since ID; but storage `minio-a-binlogs` is built without `leeward/credentials-revision: minio-a-1122`, which rolls its collector",
        "leeward propose --incident minio-a-1122 --stage protect --cluster clusters/prod-a/pxc:pxc-a/cluster1 --action rotate --storage minio-a",
    );
}

#[test]
fn a_proposal_that_is_left_alone_for_a_week_is_abandoned() {
    let world = proposed();
    let run = world.leeward_with(&["status", "--format", "json"], &[("LEEWARD_NOW", "2026-11-30T10:00:00Z")]);
    let line = &incidents(&run)[0];
    assert_eq!((&line["standing"], &line["age_seconds"]), (&"abandoned".into(), &691_200.into()));
    assert_eq!(line["fact"], "proposed on leeward/minio-a-1122/protect and left alone for 8 d, not in main");
    // Never its removal: it may be all that there is of somebody's work.
    assert_eq!(line["next"], "leeward preview --head leeward/minio-a-1122/protect");
    let other = World::empty();
    other.git(&["remote", "add", "origin", world.repo().to_str().unwrap()]);
    other.git(&["fetch", "-q", "origin"]);
    other.git(&["checkout", "-q", "main"]);
    let run = other.leeward_with(&["status", "--format", "json"], &[("LEEWARD_NOW", "2026-11-30T10:00:00Z")]);
    assert_eq!(incidents(&run)[0]["next"], "leeward preview --head leeward/minio-a-1122/protect");
}

#[test]
fn a_second_failure_moves_on_from_the_first_incident() {
    let world = merged();
    let second = ["propose", "--cluster", "pxc-a/cluster1", "--storage", "minio-b-daily", "--to", "nas"];
    let run = world.leeward_with(&second, &[("LEEWARD_NOW", "2026-11-23T10:00:00Z")]);
    done(&run);
    world.git(&["merge", "-q", "--ff-only", "leeward/minio-b-daily-1123/protect"]);
    let (code, lines) = standing(&world, &[]);
    let first = [
        "superseded",
        "in main since ID; incident minio-b-daily-1123 moved on from `minio-b`",
        "leeward status --incident minio-b-daily-1123",
    ];
    let second = ["in-base", "in main since ID", "leeward verify --incident minio-b-daily-1123"];
    assert_eq!((code, lines), (0, vec![first.map(str::to_owned), second.map(str::to_owned)]));
    let run = world.leeward(&["status", "--format", "json", "--incident", "minio-a-1122"]);
    assert_eq!(incidents(&run)[0]["superseded_by"], "minio-b-daily-1123");
}

#[test]
fn several_incidents_are_listed_and_can_be_picked() {
    let world = proposed();
    done(&world.leeward(&["propose", "--cluster", "pxc-b/cluster1", "--storage", "minio-a", "--to", "nas"]));
    let all = standing(&world, &[]).1;
    assert_eq!(all.len(), 2, "{all:?}");
    let one = standing(&world, &["--cluster", "pxc-b/cluster1"]).1;
    assert_eq!((one.len(), &one[0]), (1, &all[1]));
    assert_eq!(standing(&world, &["--incident", "minio-a-1122"]).1, [all[0].clone()]);
    world.refuses(
        &["status", "--incident", "nope"],
        3,
        "error: no incident `nope` is in the base or on a branch of leeward, only `minio-a-1122`, `minio-a-1122-2`\n\
         hint: --incident minio-a-1122\n",
    );
    World::gitops().refuses(
        &["status", "--incident", "nope"],
        3,
        "error: no incident `nope` is in the base or on a branch of leeward\nhint: git fetch\n",
    );
}

#[test]
fn an_incident_of_several_clusters_is_verified_one_by_one() {
    let world = World::gitops();
    done(&world.leeward(&["propose", "--all", "--storage", "minio-a", "--to", "minio-b"]));
    world.git(&["merge", "-q", "--ff-only", PROTECT]);
    let next: Vec<String> = standing(&world, &[]).1.into_iter().map(|[_, _, next]| next).collect();
    let verify = |cluster| format!("leeward verify --incident minio-a-1122 --cluster {cluster} --test-backup");
    assert_eq!(next, [verify("pxc-a/cluster1"), verify("pxc-b/cluster1")]);
}

#[test]
fn one_cluster_of_several_is_named_in_every_command() {
    let world = World::gitops();
    done(&world.leeward(&["propose", "--all", "--storage", "minio-a", "--to", "minio-b"]));
    world.git(&["merge", "-q", "--ff-only", PROTECT]);
    let verify = "leeward verify --incident minio-a-1122 --cluster pxc-b/cluster1 --test-backup";
    assert_eq!(standing(&world, &["--cluster", "pxc-b/cluster1"]).1[0][2], verify);
}

#[test]
fn a_cluster_that_is_nowhere_is_refused_and_one_without_incident_is_said_to_have_none() {
    let world = merged();
    world.refuses(
        &["status", "--cluster", "TYPO"],
        3,
        "error: no cluster `TYPO` is in the base or in an incident, only `clusters/prod-a/pxc:pxc-a/cluster1`, \
         `clusters/prod-b/pxc:pxc-b/cluster1`\nhint: --cluster clusters/prod-a/pxc:pxc-a/cluster1\n",
    );
    let head = world.git(&["rev-parse", "--short=7", "HEAD"]);
    let run = world.leeward(&["status", "--cluster", "pxc-b/cluster1"]);
    done(&run);
    let none = "no incident of what was asked for is open in main";
    assert_eq!(run.stdout, format!("{none} {head} or on a branch of leeward; others: 1\n"));
    world.write(
        "clusters/prod-b/pxc/kustomization.yaml",
        "kind: Kustomization\nresources: [gone.yaml, ../../../base/pxc]\n",
    );
    world.commit("broken");
    let run = world.leeward(&["status", "--cluster", "TYPO"]);
    let fact = "error: no cluster `TYPO` is in the base or in an incident, as far as the base can be built: `clusters/prod-b/pxc`: ";
    assert!(run.stderr.starts_with(fact), "{run:?}");
    assert!(run.code == 3 && run.stderr.ends_with("hint: leeward build clusters/prod-b/pxc\n"), "{run:?}");
}

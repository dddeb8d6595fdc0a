//! An incident over several runs: continued, numbered, joined by people, overtaken by the base, signed.

use crate::refusal::{FAILOVER, failover};
use crate::world::{Run, World};

/// The branch of the usual proposal.
const BRANCH: &str = "leeward/minio-a-1122/protect";
/// A later day.
const LATER: [(&str, &str); 1] = [("LEEWARD_NOW", "2026-11-24T10:00:00Z")];

/// The example repository with the usual proposal.
fn proposed() -> World {
    let world = World::gitops();
    let run = world.leeward(&FAILOVER);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    world
}

/// Asserts that a run added nothing to the usual proposal.
#[track_caller]
fn assert_continued(run: &Run) {
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    assert!(run.stdout.contains("incident-continued: incident `minio-a-1122`, opened 2026-11-22T10:00:00Z"), "{run:?}");
}

#[test]
fn continues_an_incident_of_the_base() {
    let world = proposed();
    world.git(&["merge", "-q", "--ff-only", BRANCH]);
    world.git(&["branch", "-q", "-D", BRANCH]);
    let run = world.leeward_with(&FAILOVER, &LATER);
    assert_continued(&run);
    assert!(run.stdout.contains("in the base already: "), "{run:?}");
    let resume = ["propose", "--cluster", "pxc-a/cluster1", "--stage", "resume", "--confirmed-backup", "manual-1"];
    let run = world.leeward_with(&resume, &LATER);
    assert_continued(&run);
    let branch = "leeward/minio-a-1122/resume";
    let incident = world.show(branch, "clusters/prod-a/pxc/recovery/minio-a-1122/incident.yaml");
    assert!(
        incident.contains("stage: \"resume\"") && incident.contains("confirmed_backup: \"manual-1\""),
        "{incident}"
    );
    assert!(incident.contains("opened_at: \"2026-11-22T10:00:00Z\""), "{incident}");
}

#[test]
fn continues_an_incident_of_a_remote_branch() {
    let world = proposed();
    let other = World::empty();
    other.git(&["remote", "add", "origin", world.repo().to_str().unwrap()]);
    other.git(&["fetch", "-q", "origin"]);
    other.git(&["checkout", "-q", "main"]);
    let run = other.leeward_with(&FAILOVER, &LATER);
    assert_continued(&run);
    let tip = world.git(&["rev-parse", BRANCH]);
    assert!(run.stdout.ends_with(&format!("already proposed: {} on origin/{BRANCH}\n", &tip[..7])), "{run:?}");
    let run = other.leeward_with(&failover(&["--retention", "3"]), &LATER);
    assert_continued(&run);
    assert_eq!(other.git(&["rev-parse", &format!("{BRANCH}^")]), tip);
}

#[test]
fn numbers_an_incident_whose_id_is_taken() {
    let world = proposed();
    let run = world.leeward(&["propose", "--cluster", "pxc-a/cluster1", "--storage", "minio-a", "--to", "nas"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    assert!(
        run.stdout.contains("warn   incident-open: incident `minio-a-1122`, a failover of the same place"),
        "{run:?}"
    );
    assert!(run.stdout.contains(" on leeward/minio-a-1122-2/protect\n"), "{run:?}");
}

#[test]
fn refuses_an_id_of_another_action() {
    let args =
        ["propose", "--cluster", "pxc-a/cluster1", "--storage", "minio-a", "--to", "nas", "--incident", "minio-a-1122"];
    proposed().refuses(
        &[&args[..], &["--action", "buffer"]].concat(),
        3,
        "error: incident `minio-a-1122` is a failover, not a buffer\nhint: --incident with another id\n",
    );
}

#[test]
fn keeps_what_people_add_to_the_branch_and_refuses_what_they_change_of_ours() {
    let world = proposed();
    world.git(&["switch", "-q", BRANCH]);
    world.write("docs/incident.md", "who was called\n");
    let tip = world.commit("notes");
    world.git(&["switch", "-q", "main"]);
    let run = world.leeward_with(&FAILOVER, &LATER);
    assert_continued(&run);
    assert_eq!(world.git(&["rev-parse", BRANCH]), tip);
    let run = world.leeward_with(&failover(&["--retention", "3"]), &LATER);
    assert_continued(&run);
    assert_eq!(world.git(&["rev-parse", &format!("{BRANCH}^")]), tip);
    assert_eq!(world.show(BRANCH, "docs/incident.md"), "who was called\n");
    world.git(&["switch", "-q", BRANCH]);
    let ours = "clusters/prod-a/pxc/recovery/minio-a-1122/backup-patch.yaml";
    world.write(ours, &(world.read(ours) + "# by hand\n"));
    let hand = world.commit("by hand");
    world.git(&["switch", "-q", "main"]);
    let run = world.leeward_with(&FAILOVER, &LATER);
    assert_eq!((run.code, world.git(&["rev-parse", BRANCH])), (3, hand.clone()), "{run:?}");
    assert!(run.stderr.contains(&hand[..7]), "{run:?}");
}

#[test]
fn follows_a_base_that_moved() {
    let world = proposed();
    let first = world.git(&["rev-parse", BRANCH]);
    world.write("docs/README.md", "unrelated\n");
    world.commit("unrelated");
    let run = world.leeward(&FAILOVER);
    assert!(run.stdout.contains("already proposed: "), "{run:?}");
    assert_eq!(world.git(&["rev-parse", BRANCH]), first);
    let file = "clusters/prod-a/pxc/kustomization.yaml";
    world.write(file, &world.read(file).replace("kind: Kustomization\n", "kind: Kustomization\n# ours\n"));
    let base = world.commit("related");
    let run = world.leeward(&FAILOVER);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    assert_eq!(world.git(&["log", "-1", "--format=%P", BRANCH]), format!("{first} {base}"));
    let merged = world.show(BRANCH, file);
    assert!(merged.contains("# ours") && merged.contains("recovery/minio-a-1122"), "{merged}");
}

#[test]
fn signs_as_git_is_set_up() {
    let world = World::gitops();
    let key = world.top().join("key");
    let made = Run::of(world.command("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key));
    assert_eq!(made.code, 0, "{made:?}");
    for (name, value) in [("gpg.format", "ssh"), ("user.signingkey", key.to_str().unwrap()), ("commit.gpgsign", "true")]
    {
        world.git(&["config", name, value]);
    }
    let is_signed = |branch: &str| world.git(&["cat-file", "commit", branch]).contains("-----BEGIN SSH SIGNATURE-----");
    for (incident, flags, signed) in [("as-set", &[][..], true), ("never", &["--no-sign"], false)] {
        let run = world.leeward(&[&failover(&["--incident", incident])[..], flags].concat());
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
        assert_eq!(is_signed(&format!("leeward/{incident}/protect")), signed);
    }
    world.git(&["config", "commit.gpgsign", "false"]);
    for (incident, flags, signed) in [("unset", &[][..], false), ("always", &["--sign"], true)] {
        assert_eq!(world.leeward(&[&failover(&["--incident", incident])[..], flags].concat()).code, 0);
        assert_eq!(is_signed(&format!("leeward/{incident}/protect")), signed);
    }
}

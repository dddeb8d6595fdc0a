//! `status` where something cannot be read: it is told of, hides no other, and the exit code says so.

use super::*;

#[test]
fn an_incident_that_cannot_be_read_is_neither_proposed_nor_taken_out() {
    let world = merged();
    world.replace(&format!("{OVERLAY}/incident.yaml"), "stage: \"protect\"", "stage: \"later\"");
    world.commit("odd stage");
    let fact = format!("`{OVERLAY}/incident.yaml` cannot be read: ");
    for flags in [&[][..], &["--cluster", "pxc-a/cluster1"], &["--cluster", "clusters/prod-a/pxc:pxc-a/cluster1"]] {
        let (code, lines) = standing(&world, flags);
        assert_eq!((code, lines.len(), lines[0][0].as_str()), (3, 1, "unreadable"), "{flags:?} {lines:?}");
        assert!(lines[0][1].starts_with(&fact), "{lines:?}");
    }
    assert_eq!(standing(&world, &["--cluster", "pxc-b/cluster1"]), (0, Vec::new()));
    let resume = ["switch", "-q", "-c", "leeward/minio-a-1122/resume", PROTECT];
    world.git(&resume);
    world.replace(&format!("{OVERLAY}/incident.yaml"), "stage: \"protect\"", "stage: \"resume\"");
    world.commit("proposed");
    world.git(&["switch", "-q", "main"]);
    assert_eq!(standing(&world, &[]).1.len(), 1);
}

#[test]
fn an_overlay_whose_record_is_gone_empty_or_not_ours_is_neither_taken_out_nor_forgotten() {
    let missing = "it is missing or empty, and the overlay beside it stands";
    for (text, why) in [
        (None, missing),
        (Some(""), missing),
        (Some("\n"), missing),
        (Some("hello: world\n"), ""),
        (Some("apiVersion: leeward/v2\nkind: Incident\nid: minio-a-1122\n"), "written by a newer leeward"),
    ] {
        let world = merged();
        let file = format!("{OVERLAY}/incident.yaml");
        match text {
            Some(text) => world.write(&file, text),
            None => drop(world.git(&["rm", "-q", &file])),
        }
        world.commit("by hand");
        for has_branch in [true, false] {
            if !has_branch {
                world.git(&["branch", "-q", "-D", PROTECT]);
            }
            let (code, lines) = standing(&world, &[]);
            assert_eq!((code, lines.len(), lines[0][0].as_str()), (3, 1, "unreadable"), "{text:?} {lines:?}");
            let fact = format!("`{file}` cannot be read: ");
            assert!(lines[0][1].starts_with(&fact) && lines[0][1].contains(why), "{text:?} {lines:?}");
            assert_eq!(lines[0][2], format!("git log -p -- {file}"));
        }
        let again = ["propose", "--cluster", "pxc-a/cluster1", "--storage", "minio-b-daily", "--to", "nas"];
        let run = world.leeward(&again);
        assert_eq!(run.code, 3, "{run:?}");
        assert!(run.stderr.contains(&format!("failed to read `{file}`")), "{run:?}");
    }
}

#[test]
fn a_cluster_that_is_gone_leaves_its_incident_behind() {
    let world = merged();
    world.write("clusters/prod-a/pxc/kustomization.yaml", "kind: Kustomization\nresources: []\n");
    world.commit("cluster removed");
    let fact = "in main since ID; `clusters/prod-a/pxc` builds no such cluster any more";
    assert_standing(&world, "cluster-gone", fact, "-");
    world.git(&["rm", "-q", "-r", "clusters/prod-a"]);
    world.commit("root removed");
    assert_eq!(standing(&world, &[]).1[0][0], "taken-out");
}

#[test]
fn a_file_that_cannot_be_read_hides_no_other_and_fails_the_run() {
    let world = merged();
    world.write("clusters/prod-b/pxc/recovery/odd/incident.yaml", "apiVersion: leeward/v1\nkind: Incident\nid: 7\n");
    world.commit("odd");
    let run = world.leeward(&["status"]);
    assert_eq!(run.code, 3, "{run:?}");
    let fact = "`clusters/prod-b/pxc/recovery/odd/incident.yaml` cannot be read: ";
    assert!(run.stderr.starts_with(&format!("error: {fact}")), "{run:?}");
    assert!(run.stderr.ends_with("hint: git log -- clusters/prod-b/pxc/recovery/odd/incident.yaml\n"), "{run:?}");
    let repo = world.repo();
    let elsewhere = world.leeward(&["status", "--repo", repo.to_str().unwrap()]);
    let hint = format!("hint: git -C {} log -- clusters/prod-b/pxc/recovery/odd/incident.yaml\n", repo.display());
    assert!(elsewhere.stderr.ends_with(&hint), "{elsewhere:?}");
    assert!(run.stdout.contains("\nminio-a-1122  pxc-a/cluster1 ") && run.stdout.contains("\nodd "), "{run:?}");
    let next = "git log -p -- clusters/prod-b/pxc/recovery/odd/incident.yaml";
    let (code, lines) = standing(&world, &[]);
    assert_eq!(
        (code, lines.iter().map(|[standing, ..]| standing.as_str()).collect::<Vec<_>>()),
        (3, vec!["unreadable", "in-base"])
    );
    assert_eq!(lines[0][2], next);
    assert_eq!(standing(&world, &["--cluster", "pxc-a/cluster1"]).0, 0);
}

#[test]
fn a_branch_that_cannot_be_read_is_told_of_and_hides_no_other() {
    let world = merged();
    world.git(&["switch", "-q", "-c", "leeward/odd/protect"]);
    world.write("clusters/prod-b/pxc/recovery/odd/incident.yaml", "apiVersion: leeward/v1\nkind: Incident\nid: 7\n");
    world.commit("odd");
    world.git(&["switch", "-q", "main"]);
    let run = world.leeward(&["status"]);
    done(&run);
    assert!(run.stdout.contains("\nwarn    branch-unreadable: branch `leeward/odd/protect` cannot be read"), "{run:?}");
    assert!(run.stdout.contains("\nminio-a-1122  pxc-a/cluster1 "), "{run:?}");
}

#[test]
fn a_root_that_cannot_be_built_is_told_of_and_its_incident_is_shown() {
    let world = merged();
    world.write("clusters/prod-a/pxc/kustomization.yaml", "kind: Kustomization\nresources: [gone.yaml]\n");
    world.commit("broken");
    let run = world.leeward(&["status"]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(
        run.stderr.starts_with(
            "error: `clusters/prod-a/pxc` cannot be built, so nothing is known of what is in effect there: "
        ),
        "{run:?}"
    );
    assert!(run.stdout.contains("\nminio-a-1122  pxc-a/cluster1 "), "{run:?}");
    let (code, lines) = standing(&world, &[]);
    let fact = "in main since ID; whether it is in effect is not known: `clusters/prod-a/pxc` cannot be built";
    let line = ["effect-unknown", fact, "leeward build clusters/prod-a/pxc"].map(str::to_owned);
    assert_eq!((code, lines), (3, vec![line]));
}

#[test]
fn refuses_what_is_no_repository_and_what_is_no_revision() {
    let world = World::gitops();
    let elsewhere = world.top().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    let run = world.leeward(&["status", "--repo", elsewhere.to_str().unwrap()]);
    assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{run:?}");
    let run = world.leeward(&["status", "--base", "nope"]);
    assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{run:?}");
    assert!(run.stderr.starts_with("error: failed to resolve revision `nope`\n"), "{run:?}");
}

//! The first check: what Git says, whatever way the change came in, and however it went.

use crate::scene::{BRANCH, Scene};

/// Runs one look and returns the exit code, the first line of the answer with commits by their names, and its hint.
fn first(scene: &Scene) -> (i32, String, String) {
    let run = scene.verify(&["--timeout", "0", "--incident", "minio-a-1122"]);
    assert_eq!(run.stderr, "");
    let mut lines = run.stdout.lines().skip_while(|line| line.is_empty());
    let mut fact = lines.next().unwrap_or_default().to_owned();
    let mut hint = String::new();
    for line in lines.take_while(|line| line.starts_with("                        ")) {
        match line.trim().strip_prefix("hint: ") {
            Some(text) => text.clone_into(&mut hint),
            None => fact = format!("{fact} {}", line.trim()),
        }
    }
    (run.code, fact, hint)
}

#[test]
fn says_check_by_check_how_far_the_change_is() {
    let scene = Scene::applied();
    let run = scene.verify(&["--timeout", "0"]);
    let want = "\
passed       merged     OURS is in main (merge MERGE)
passed       applied    Flux `Kustomization flux-system/pxc-a` applied main@sha1:MERGE at 10:14:07
passed       intended   live holds every field of `spec.backup`: 6 storages, 3 schedules,
                        point-in-time recovery off
passed       observed   crVersion 1.19.0, observedGeneration 2 = generation, cluster ready
cannot tell  secret     whether `pxc-a/minio-b-credentials` is there was not asked
                        hint: --secrets metadata
passed       collector  `cluster1-pitr` is gone: point-in-time recovery is off
cannot tell  backup     no backup was made on `minio-b-daily`, `minio-b-weekly` since the change
                        came at 2026-11-22T10:00:00Z
                        hint: --test-backup
5 of 7 checks passed, 2 cannot tell
next  leeward verify --incident minio-a-1122 --kubeconfig ../kubeconfig --test-backup
";
    assert_eq!((run.code, scene.named(&run.stdout).as_str(), run.stderr.as_str()), (4, want, ""));
    assert_eq!(scene.api.writes(), [""; 0]);
}

#[test]
fn what_is_not_merged_is_not_looked_for_in_the_cluster() {
    let scene = Scene::proposed();
    let run = scene.verify(&[]);
    let ours = scene.world.git(&["rev-parse", "--short=7", BRANCH]);
    let want = format!(
        "\
waiting      merged     {ours} of `leeward/minio-a-1122/protect` is not in main, as far as it was
                        fetched
                        hint: merge its pull request, then: git fetch
0 of 1 check passed, 1 waiting
next  leeward verify --incident minio-a-1122 --kubeconfig ../kubeconfig --fetch
"
    );
    assert_eq!((run.code, run.stdout, run.stderr.as_str()), (1, want, ""));
    assert!(!scene.api.was_asked("GET"));
}

#[test]
fn a_squashed_or_rebased_change_counts_like_a_merged_one() {
    let squashed = Scene::proposed();
    squashed.world.git(&["merge", "-q", "--squash", BRANCH]);
    squashed.world.git(&["commit", "-q", "-m", "Failover (#7)"]);
    let id = squashed.world.git(&["rev-parse", "--short=7", "main"]);
    squashed.world.git(&["branch", "-q", "-D", BRANCH]);
    let (_, fact, _) = first(&squashed);
    assert_eq!(fact, format!("passed       merged     it is in main since {id}"));

    let rebased = Scene::proposed();
    rebased.world.write("docs/other.md", "x\n");
    rebased.world.commit("another commit");
    rebased.world.git(&["cherry-pick", BRANCH]);
    let id = rebased.world.git(&["rev-parse", "--short=7", "main"]);
    rebased.world.write("docs/other.md", "y\n");
    rebased.world.commit("and another");
    let (_, fact, _) = first(&rebased);
    assert_eq!(fact, format!("passed       merged     it is in main since {id}"));
}

#[test]
fn a_change_that_somebody_took_back_failed_and_who_did_is_named() {
    let scene = Scene::applied();
    scene.world.git(&["revert", "--no-edit", "-m", "1", "HEAD"]);
    let id = scene.world.git(&["rev-parse", "--short=7", "main"]);
    let want = format!(
        "failed       merged     it was in main, and somebody took it out by {id} `Revert \"Merge the failover\"`"
    );
    assert_eq!(first(&scene), (1, want.clone(), format!("git show {id}")));
    scene.world.git(&["branch", "-q", "-D", BRANCH]);
    assert_eq!(first(&scene), (1, want, format!("git show {id}")), "the branch is gone as well");
}

#[test]
fn what_was_taken_out_is_named_where_nothing_else_is_open() {
    let scene = Scene::applied();
    scene.world.git(&["revert", "--no-edit", "-m", "1", "HEAD"]);
    let run = scene.verify(&["--timeout", "0"]);
    let want = "error: no incident is in the base or on a branch of leeward; what was merged and taken out: `minio-a-1122`\n\
                hint: --incident minio-a-1122\n";
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (3, "", want));
}

#[test]
fn an_incident_whose_file_cannot_be_read_is_not_taken_out() {
    let scene = Scene::applied();
    let file = "clusters/prod-a/pxc/recovery/minio-a-1122/incident.yaml";
    scene.world.write(file, "");
    scene.world.commit("emptied");
    let want = format!(
        "error: `{file}` cannot be read: it is missing or empty, and the overlay beside it stands\nhint: git log -p -- {file}\n"
    );
    for more in [&["--timeout", "0"][..], &["--timeout", "0", "--incident", "minio-a-1122"]] {
        let run = scene.verify(more);
        assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (3, "", want.as_str()), "{more:?}");
    }
}

#[test]
fn of_an_incident_and_the_one_that_moved_on_from_it_the_later_is_followed() {
    let scene = Scene::applied();
    let second = ["propose", "--cluster", "pxc-a/cluster1", "--storage", "minio-b-daily", "--to", "nas"];
    let run = scene.world.leeward_with(&second, &[("LEEWARD_NOW", "2026-11-23T10:00:00Z")]);
    assert_eq!(run.code, 0, "{run:?}");
    scene.world.git(&["merge", "-q", "--ff-only", "leeward/minio-b-daily-1123/protect"]);
    let run = scene.verify(&["--timeout", "0", "--format", "json"]);
    assert!(run.stdout.contains("\"incident\": \"minio-b-daily-1123\""), "{run:?}");
    let run = scene.verify(&["--timeout", "0", "--incident", "minio-a-1122"]);
    let want = "error: incident `minio-a-1122` is superseded: `minio-b-daily-1123` moved on from where it went\n\
                hint: --incident minio-b-daily-1123\n";
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (3, "", want));
}

#[test]
fn the_end_of_a_shallow_clone_is_no_answer() {
    let scene = Scene::applied();
    for number in 0..3 {
        scene.world.write("docs/later.md", &format!("{number}\n"));
        scene.world.commit("later");
    }
    let url = format!("file://{}", scene.world.repo().display());
    let shallow = scene.world.top().join("shallow");
    scene.world.git(&["clone", "-q", "--depth", "2", &url, &shallow.display().to_string()]);
    let run = scene.verify(&["--timeout", "0", "--repo", "../shallow"]);
    let first = run.stdout.lines().next().unwrap_or_default();
    let want = "passed       merged     it is in origin/main; by which commit is not in this clone";
    assert_eq!(first, want, "{run:?}");
    scene.world.git(&["revert", "--no-edit", "-m", "1", "HEAD~3"]);
    scene.world.write("docs/later.md", "end\n");
    scene.world.commit("later");
    scene.world.git(&["-C", &shallow.display().to_string(), "fetch", "-q", "--depth", "1"]);
    let run = scene.verify(&["--timeout", "0", "--repo", "../shallow", "--incident", "minio-a-1122"]);
    assert_eq!(run.code, 3, "nothing of it is in this clone: {run:?}");
}

#[test]
fn files_that_nothing_includes_are_no_change() {
    let scene = Scene::applied();
    let path = "clusters/prod-a/pxc/kustomization.yaml";
    let text = scene.world.read(path);
    let without: Vec<&str> =
        text.lines().filter(|line| !line.contains("components") && !line.contains("recovery/")).collect();
    scene.world.write(path, &(without.join("\n") + "\n"));
    scene.world.commit("tidy up");
    let want = "failed       merged     its files are in main, and `clusters/prod-a/pxc/kustomization.yaml` no longer includes them";
    let again = "leeward propose --incident minio-a-1122 --stage protect --cluster clusters/prod-a/pxc:pxc-a/cluster1 --to minio-b \
                 --storage minio-a";
    assert_eq!(first(&scene), (1, want.to_owned(), again.to_owned()));
    let words: Vec<&str> = again.split(' ').skip(1).collect();
    let run = scene.world.leeward(&words);
    assert_eq!(run.code, 0, "what is hinted at works: {run:?}");
}

#[test]
fn commits_on_top_that_leave_it_alone_change_nothing() {
    let scene = Scene::applied();
    scene.world.write("docs/later.md", "x\n");
    let later = scene.world.commit("later");
    scene.apply(&later);
    let run = scene.verify(&["--timeout", "0"]);
    let lines: Vec<&str> = run.stdout.lines().take(3).map(|line| &line[..20]).collect();
    assert_eq!(lines, ["passed       merged ", "passed       applied", "passed       intende"]);
}

#[test]
fn a_change_that_was_cut_down_by_hand_is_not_there_although_its_record_is() {
    let scene = Scene::applied();
    let patch = "clusters/prod-a/pxc/recovery/minio-a-1122/backup-patch.yaml";
    scene.world.write(patch, "- op: replace\n  path: /spec/backup/pitr/enabled\n  value: false\n");
    let edit = scene.world.commit("point-in-time recovery off is enough");
    scene.apply(&edit);
    let run = scene.verify(&["--timeout", "0", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let want = serde_json::json!([{"name": "merged", "outcome": "failed",
        "fact": "its files are in main, but no schedule `daily-minio-a-1122` is built, to which `daily` was moved",
        "hint": "git log -p -- clusters/prod-a/pxc/recovery/minio-a-1122"}]);
    assert_eq!((run.code, &answer["checks"]), (1, &want), "{run:?}");
}

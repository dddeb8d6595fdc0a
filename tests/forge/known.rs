//! Failures of other programs that propose changes, each as a test of its own: the program, the issue, and that it does not
//! happen here. The built program, over git and a forge; what can be shown below the forge alone is in `tests/push`.

use leeward::forge::Kind;
use serde_json::{Value, json};

use crate::model::{Acts, pull};
use crate::server::{Play, json};
use crate::setting::HEAD;
use crate::site::{Run, Site};

/// Returns what a run did with its pull request, and the state of that.
fn did(run: &Run) -> (String, String) {
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    let pull = &answer["proposal"]["pull_request"];
    (pull["operation"].as_str().unwrap().to_owned(), pull["state"].as_str().unwrap().to_owned())
}

/// Commits a file on a branch of the remote, as a person would, and returns the id.
fn person(site: &Site, branch: &str, path: &str) -> String {
    site.git(&["fetch", "-q", "origin"]);
    site.git(&["switch", "-q", "--detach", &format!("origin/{branch}")]);
    std::fs::write(site.repo().join(path), format!("{path}\n")).unwrap();
    let commit = site.commit(path);
    site.git(&["push", "-q", "origin", &format!("HEAD:refs/heads/{branch}")]);
    site.git(&["switch", "-q", "main"]);
    commit
}

/// Merges leeward's branch into the remote's `main`, as a forge would, and returns the id.
fn merged(site: &Site) -> String {
    site.git(&["fetch", "-q", "origin"]);
    site.git(&["switch", "-q", "--detach", "origin/main"]);
    site.git(&["merge", "-q", "--no-ff", "-m", "merged", &format!("origin/{HEAD}")]);
    site.git(&["push", "-q", "origin", "HEAD:refs/heads/main"]);
    let commit = site.git(&["rev-parse", "HEAD"]);
    site.world.change(|shop| {
        let pull = shop.pulls.last_mut().unwrap();
        (pull.is_open, pull.merged) = (false, Some(commit.clone()));
    });
    commit
}

/// image-automation-controller 329 pushed one commit over a whole history, and its default forces the push: here every
/// commit that was on the branch stays below its tip, and nobody else's branch moves.
#[test]
fn image_automation_329_no_history_is_squashed_and_no_commit_of_a_person_is_forced_away() {
    let test = "image_automation_329_no_history_is_squashed_and_no_commit_of_a_person_is_forced_away";
    let Some(site) = Site::new(Kind::GitHub, test) else { return };
    let first = site.git(&["rev-parse", "main"]);
    did(&site.propose(&["--format=json"]));
    let ours = site.there(&["rev-parse", HEAD]);
    let theirs = person(&site, HEAD, "NOTE.md");
    let moved = person(&site, "main", "clusters/prod-a/pxc/README.md");
    let run = site.propose(&["--reason", "it burns", "--format=json"]);
    assert_eq!(did(&run), ("updated".to_owned(), "open".to_owned()));
    let below = site.there(&["rev-list", HEAD]);
    for commit in [&first, &ours, &theirs] {
        assert!(below.contains(commit.as_str()), "{commit} is lost: {below}");
    }
    assert_eq!(site.there(&["rev-parse", "main"]), moved);
    let delta = site.there(&["diff", "--name-only", &format!("main...{HEAD}")]);
    assert!(delta.contains("NOTE.md") && delta.contains("/recovery/"), "{delta}");
    let is_expected =
        |path: &str| path == "NOTE.md" || path.contains("/recovery/") || path.ends_with("kustomization.yaml");
    assert!(delta.lines().all(is_expected), "{delta}");
}

/// flux2 3384 committed the same change again and again; image-automation-controller 205, 450: a commit for each change.
#[test]
fn flux_3384_the_same_change_is_committed_once_however_often_it_is_proposed() {
    let test = "flux_3384_the_same_change_is_committed_once_however_often_it_is_proposed";
    let Some(site) = Site::new(Kind::GitLab, test) else { return };
    did(&site.propose(&["--format=json"]));
    for day in ["2026-11-22T11:00:00Z", "2026-11-23T10:00:00Z", "2026-12-24T10:00:00Z"] {
        let args = [&crate::site::FAILOVER[..], &["--format=json"]].concat();
        let run = site.leeward(&args, &[("LEEWARD_NOW", day)]);
        assert_eq!(did(&run), ("none".to_owned(), "open".to_owned()));
    }
    assert_eq!(site.there(&["rev-list", "--count", &format!("main..{HEAD}")]), "1");
}

/// gitopscli opens a pull request from a branch with a random name at every run: here a second clone finds the first's.
#[test]
fn gitopscli_every_run_from_every_clone_goes_to_one_branch_and_one_pull_request() {
    let test = "gitopscli_every_run_from_every_clone_goes_to_one_branch_and_one_pull_request";
    let Some(site) = Site::new(Kind::Gitea, test) else { return };
    did(&site.propose(&["--format=json"]));
    site.git(&["branch", "-q", "-D", HEAD]);
    site.git(&["update-ref", "-d", &format!("refs/remotes/origin/{HEAD}")]);
    assert_eq!(did(&site.propose(&["--format=json"])).0, "none");
    assert_eq!(site.there(&["for-each-ref", "--format=%(refname:short)", "refs/heads"]), format!("{HEAD}\nmain"));
    site.world.pull();
}

/// Kargo takes a merged pull request for success although its change may be gone: here the base is what counts.
#[test]
fn kargo_a_merged_one_whose_change_was_taken_back_is_proposed_again() {
    for site in Site::each("kargo_a_merged_one_whose_change_was_taken_back_is_proposed_again") {
        did(&site.propose(&["--format=json"]));
        merged(&site);
        assert_eq!(did(&site.propose(&["--format=json"])), ("none".to_owned(), "merged".to_owned()));
        site.git(&["revert", "-m", "1", "--no-edit", "HEAD"]);
        site.git(&["push", "-q", "origin", "HEAD:refs/heads/main"]);
        let again = site.propose(&["--format=json"]);
        assert_eq!(did(&again), ("created".to_owned(), "open".to_owned()));
        assert_eq!(site.world.shop().pulls.len(), 2);
        // What was merged and taken back is one incident, this is the next.
        let delta = site.there(&["diff", "--name-only", "main...leeward/minio-a-1122-2/protect"]);
        assert!(delta.contains("recovery/minio-a-1122-2/backup-patch.yaml"), "{delta}");
    }
}

/// The same after a squash: the base never has the branch's own commits, so that the branch looks as open as before.
#[test]
fn kargo_a_squashed_one_whose_change_was_taken_back_gets_another() {
    for site in Site::each("kargo_a_squashed_one_whose_change_was_taken_back_gets_another") {
        did(&site.propose(&["--format=json"]));
        let tip = site.there(&["rev-parse", HEAD]);
        site.git(&["fetch", "-q", "origin"]);
        site.git(&["switch", "-q", "--detach", "origin/main"]);
        site.git(&["merge", "-q", "--squash", &format!("origin/{HEAD}")]);
        let commit = site.commit("squashed");
        site.git(&["push", "-q", "origin", "HEAD:refs/heads/main"]);
        site.world.change(|shop| {
            let pull = shop.pulls.last_mut().unwrap();
            (pull.is_open, pull.merged) = (false, Some(commit.clone()));
        });
        assert_eq!(did(&site.propose(&["--format=json"])), ("none".to_owned(), "merged".to_owned()));
        site.git(&["revert", "--no-edit", "HEAD"]);
        site.git(&["push", "-q", "origin", "HEAD:refs/heads/main"]);
        assert_eq!(did(&site.propose(&["--format=json"])), ("created".to_owned(), "open".to_owned()));
        assert_eq!(did(&site.propose(&["--format=json"])), ("none".to_owned(), "open".to_owned()));
        assert_eq!(site.world.shop().pulls.len(), 2);
        assert_eq!(site.there(&["rev-parse", HEAD]), tip);
    }
}

/// gitops-promoter 1104, 1106: a merge whose answer was lost was merged again without end. Here what became of a call
/// that nobody answered is read from the forge, and nothing is ever merged.
#[test]
fn gitops_promoter_1104_a_lost_answer_is_followed_by_a_look_and_never_by_a_second_one() {
    for site in Site::each("gitops_promoter_1104_a_lost_answer_is_followed_by_a_look_and_never_by_a_second_one") {
        let line = match site.world.kind {
            Kind::GitHub => "POST /api/v3/repos/o/r/pulls",
            Kind::GitLab => "POST /api/v4/projects/g%2Fs%2Fr/merge_requests",
            Kind::Gitea => "POST /api/v1/repos/o/r/pulls",
        };
        site.world.instead(line, Acts::Yes, Play::Hang);
        assert_eq!(did(&site.propose(&["--format=json"])), ("created".to_owned(), "open".to_owned()));
        site.world.pull();
        let posts = site.world.writes().iter().filter(|written| *written == line).count();
        assert_eq!(posts, 1);
        assert_eq!(did(&site.propose(&["--format=json"])), ("none".to_owned(), "open".to_owned()));
    }
}

/// kargo 6062: a rebase brought back a commit that somebody had dropped by force. Here the branch is rendered anew on what
/// the remote has.
#[test]
fn kargo_6062_a_commit_that_was_dropped_there_does_not_come_back() {
    let Some(site) = Site::new(Kind::GitHub, "kargo_6062_a_commit_that_was_dropped_there_does_not_come_back") else {
        return;
    };
    did(&site.propose(&["--format=json"]));
    let ours = site.there(&["rev-parse", HEAD]);
    let dropped = person(&site, HEAD, "secret-plan.md");
    // This clone has seen it.
    did(&site.propose(&["--format=json"]));
    site.there(&["update-ref", &format!("refs/heads/{HEAD}"), &ours]);
    let run = site.propose(&["--reason", "it burns", "--format=json"]);
    let below = site.there(&["rev-list", HEAD]);
    assert_eq!(did(&run).0, "updated");
    assert!(!below.contains(&dropped) && below.contains(&ours), "{below}");
    // Nor does it stand in the way of the runs after.
    assert_eq!(did(&site.propose(&["--reason", "it burns", "--format=json"])).0, "none");
    assert!(!site.git(&["rev-list", HEAD]).contains(&dropped));
}

/// kargo 5286: GitLab says `incorrect old value provided` where another was faster, and nobody tried again.
#[test]
fn kargo_5286_a_race_that_gitlab_names_in_its_own_words_is_tried_again() {
    let Some(site) = Site::new(Kind::GitLab, "kargo_5286_a_race_that_gitlab_names_in_its_own_words_is_tried_again")
    else {
        return;
    };
    site.refuse_once("incorrect old value provided");
    let run = site.propose(&["--format=json"]);
    assert!(!site.is_refusing());
    assert_eq!(did(&run), ("created".to_owned(), "open".to_owned()));
    assert_eq!(site.there(&["rev-list", "--count", &format!("main..{HEAD}")]), "1");
}

/// kargo 6021: labels on Gitea are numbers, and were sent as names.
#[test]
fn kargo_6021_labels_are_given_on_gitea_too() {
    let Some(site) = Site::new(Kind::Gitea, "kargo_6021_labels_are_given_on_gitea_too") else { return };
    did(&site.propose(&["--label", "a b/c", "--format=json"]));
    let mut labels = site.world.pull().labels;
    labels.sort();
    assert_eq!(labels, ["a b/c", "leeward", "leeward/protect"]);
}

/// create-pull-request and Renovate find by branch alone or by title: a pull request of a person on the branch, even one
/// that quotes the mark, is never written to.
#[test]
fn what_a_person_opened_from_the_branch_is_said_and_never_written_to() {
    for site in Site::each("what_a_person_opened_from_the_branch_is_said_and_never_written_to") {
        let quoted = "> <!-- leeward:minio-a-1122/protect -->\nsee above";
        site.world.change(|shop| shop.pulls.push(pull(7, "ann", HEAD, quoted)));
        let run = site.propose(&["--format=json"]);
        assert_eq!(did(&run), ("none".to_owned(), "open".to_owned()));
        assert_eq!(run.stderr, "note: pull request 7 is somebody else's, its text was left as it is\n");
        assert_eq!((site.world.writes(), site.world.pull().body), (Vec::new(), quoted.to_owned()));
    }
}

/// `fluxcd/pkg` dropped the error of a read, so that what may not be read looked absent: here nothing is opened then.
#[test]
fn fluxcd_pkg_a_read_that_is_forbidden_or_broken_is_never_an_absence() {
    for site in Site::each("fluxcd_pkg_a_read_that_is_forbidden_or_broken_is_never_an_absence") {
        did(&site.propose(&["--format=json"]));
        site.world.writes();
        let line = match site.world.kind {
            Kind::GitHub => "GET /api/v3/repos/o/r/pulls",
            Kind::GitLab => "GET /api/v4/projects/g%2Fs%2Fr/merge_requests",
            Kind::Gitea => "GET /api/v1/repos/o/r/pulls",
        };
        let page = Play::Answer(200, "text/html", String::new(), "<title>Sign in</title>".to_owned());
        for play in [json(403, &json!({"message": "no"})), json(404, &json!({"message": "no"})), page] {
            site.world.instead(line, Acts::No, play);
            let run = site.propose(&[]);
            assert_eq!(
                (run.code, site.world.writes(), site.world.shop().pulls.len()),
                (Some(4), Vec::new(), 1),
                "{run:?}"
            );
        }
    }
}

/// kubechecks 299, 421, 504: comments were cut, in a fence too. Here each part fits the forge and closes what it opens.
#[test]
fn kubechecks_299_a_long_preview_is_several_whole_comments() {
    let Some(site) = Site::new(Kind::GitHub, "kubechecks_299_a_long_preview_is_several_whole_comments") else { return };
    did(&site.propose(&["--format=json"]));
    site.git(&["switch", "-q", "--detach", HEAD]);
    let path = site.repo().join("clusters/prod-a/pxc/kustomization.yaml");
    let text = std::fs::read_to_string(&path).unwrap().replacen("resources:\n", "resources:\n  - many.yaml\n", 1);
    std::fs::write(&path, text).unwrap();
    let map = |n: usize| {
        let lines: Vec<String> = (0..40).map(|k| format!("  key-{k}: \"{}\"\n", "value ".repeat(8))).collect();
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: map-{n}\ndata:\n{}", lines.concat())
    };
    let maps: Vec<String> = (0..60).map(map).collect();
    std::fs::write(site.repo().join("clusters/prod-a/pxc/many.yaml"), maps.join("---\n")).unwrap();
    site.commit("many");
    site.git(&["switch", "-q", "-C", "many"]);
    site.git(&["push", "-q", "origin", &format!("many:{HEAD}")]);
    let live = format!("{}/overlays/live/prod-a.yaml", env!("CARGO_MANIFEST_DIR"));
    let number = site.world.pull().number.to_string();
    let run =
        site.leeward(&["preview", "--head", "many", "--live", &live, "--comment", "--pull-request", &number], &[]);
    assert!(run.stderr.ends_with(": created\n"), "{}", run.stderr);
    let notes = site.world.shop().notes;
    assert!(notes.len() > 1, "{}", notes.len());
    for (at, note) in notes.iter().enumerate() {
        assert!(note.body.starts_with(&format!("<!-- leeward:preview part={} of={} -->\n", at + 1, notes.len())));
        assert!(note.body.len() <= 65_536, "{}", note.body.len());
        assert_eq!(note.body.matches("\n```").count() % 2, 0, "{}", note.body);
        assert_eq!(note.body.matches("<details>").count(), note.body.matches("</details>").count());
    }
    // It is short again: the parts that are no longer needed go.
    let run = site.leeward(
        &["preview", "--head", &format!("{HEAD}~0"), "--live", &live, "--comment", "--pull-request", &number],
        &[],
    );
    assert!(run.stderr.ends_with(": updated\n"), "{}", run.stderr);
    assert_eq!(site.world.shop().notes.len(), 1);
}

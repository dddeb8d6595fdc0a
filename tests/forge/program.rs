//! `propose --pr` and `preview --comment` of the built program, from the flags to the last request, in each dialect: what
//! the forge gets, what a person reads, the exit code.

use leeward::forge::Kind;
use serde_json::{Value, json};

use crate::model::{Acts, Pull, pull};
use crate::server::{Play, json};
use crate::setting::HEAD;
use crate::site::{FAILOVER, Run, Site};

/// Returns the line that opens a pull request.
fn creating(kind: Kind) -> &'static str {
    match kind {
        Kind::GitHub => "POST /api/v3/repos/o/r/pulls",
        Kind::GitLab => "POST /api/v4/projects/g%2Fs%2Fr/merge_requests",
        Kind::Gitea => "POST /api/v1/repos/o/r/pulls",
    }
}

/// Returns the line that lists pull requests.
fn listing(kind: Kind) -> String {
    creating(kind).replace("POST", "GET")
}

/// Returns the line that asks who the token belongs to.
fn asking(kind: Kind) -> String {
    let path = creating(kind).trim_start_matches("POST ");
    format!("GET {}user", &path[..path.find("repos").or(path.find("projects")).unwrap()])
}

/// Returns what a run says of its pull request.
fn pull_of(run: &Run) -> Value {
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    answer["proposal"]["pull_request"].clone()
}

#[test]
fn opens_one_pull_request_and_writes_nothing_the_second_time() {
    for site in Site::each("opens_one_pull_request_and_writes_nothing_the_second_time") {
        let first = site.propose(&[]);
        assert_eq!((first.code, first.stderr.as_str()), (Some(0), ""), "{first:?}");
        let made = site.world.pull();
        assert_eq!(first.line("opened"), format!("opened    https://forge/{}", made.number));
        assert_eq!(first.line("next"), format!("next  leeward preview --head {HEAD}"));
        assert_eq!(made.title, "backup: failover of 2 clusters from minio-a to minio-b, stage protect");
        assert_eq!((made.head.as_str(), made.base.as_str()), (HEAD, "main"));
        let mut labels = made.labels.clone();
        labels.sort();
        assert_eq!(labels, ["leeward", "leeward/protect"]);
        for part in ["## Failover of `minio-a`", "```mermaid", "### How to verify", "### How to go back"] {
            assert!(made.body.contains(part), "{part}: {}", made.body);
        }
        let (tip, lines) = (site.there(&["rev-parse", HEAD]), site.world.writes());
        assert!(lines.contains(&creating(site.world.kind).to_owned()), "{lines:?}");
        let again = site.propose(&["--format=json"]);
        assert_eq!((again.code, again.stderr.as_str()), (Some(0), ""), "{again:?}");
        let url = format!("https://forge/{}", made.number);
        let want = json!({"number": made.number, "url": url, "operation": "none", "state": "open"});
        assert_eq!(pull_of(&again), want);
        assert_eq!((site.there(&["rev-parse", HEAD]), site.world.writes()), (tip, Vec::new()));
    }
}

#[test]
fn writes_only_what_changed_since() {
    for site in Site::each("writes_only_what_changed_since") {
        site.propose(&[]);
        site.world.writes();
        let labelled = site.propose(&["--label", "urgent", "--format=json"]);
        assert_eq!(pull_of(&labelled)["operation"], "updated", "{labelled:?}");
        assert!(site.world.pull().labels.contains(&"urgent".to_owned()));
        let writes = site.world.writes();
        assert!(writes.iter().all(|line| line.contains("label") || line.starts_with("PUT ")), "{writes:?}");
        let asked = site.propose(&["--label", "urgent", "--reviewer", "ann", "--format=json"]);
        assert_eq!(pull_of(&asked)["operation"], "updated", "{asked:?}");
        assert_eq!(site.world.pull().reviewers.len(), 1);
        site.world.writes();
        let again = site.propose(&["--label", "urgent", "--reviewer", "ann", "--format=json"]);
        assert_eq!((pull_of(&again)["operation"].as_str(), site.world.writes().len()), (Some("none"), 0));
        // A person's title and words around leeward's stay, whatever changes.
        site.world.change(|shop| {
            shop.pulls[0].title = "by a person".to_owned();
            shop.pulls[0].body = format!("Seen by ops.\n\n{}", shop.pulls[0].body);
        });
        let reasoned = site.propose(&["--label", "urgent", "--reviewer", "ann", "--reason", "it burns"]);
        assert_eq!(reasoned.code, Some(0), "{reasoned:?}");
        let now = site.world.pull();
        assert_eq!(now.title, "by a person");
        assert!(now.body.starts_with("Seen by ops.\n\n") && now.body.contains("it burns"), "{}", now.body);
    }
}

#[test]
fn what_others_push_to_the_base_changes_no_text() {
    for site in Site::each("what_others_push_to_the_base_changes_no_text") {
        site.propose(&[]);
        std::fs::write(site.repo().join("NOTES.md"), "nothing that is deployed\n").unwrap();
        site.commit("notes");
        site.git(&["push", "-q", "origin", "main"]);
        let (body, _) = (site.world.pull().body, site.world.writes());
        let again = site.propose(&["--format=json"]);
        assert_eq!(pull_of(&again)["operation"], "none", "{again:?}");
        assert_eq!((site.world.pull().body, site.world.writes()), (body, Vec::new()));
    }
}

/// Returns a site with another branch to go to, which has `extra` beside what `main` had.
fn with_release(site: &Site, extra: &str) {
    site.git(&["switch", "-q", "-c", "release"]);
    std::fs::write(site.repo().join(extra), "of the release\n").unwrap();
    site.commit(extra);
    site.git(&["push", "-q", "origin", "release"]);
    site.git(&["switch", "-q", "main"]);
}

#[test]
fn another_base_is_not_merged_into_a_branch_whose_pull_request_goes_elsewhere() {
    for site in Site::each("another_base_is_not_merged_into_a_branch_whose_pull_request_goes_elsewhere") {
        with_release(&site, "RELEASE.md");
        site.propose(&[]);
        let (made, tip, _) = (site.world.pull(), site.there(&["rev-parse", HEAD]), site.world.writes());
        let number = made.number;
        let run = site.propose(&["--base", "origin/release", "--reason", "it burns"]);
        let want = format!(
            "error: pull request {number} of `{HEAD}` is open and goes to `main`, not to `release`\nhint: --incident ID\n"
        );
        assert_eq!((run.code, run.stdout.as_str(), run.stderr), (Some(3), "", want));
        // Without anything to commit, the pull request is left as it is all the same.
        let run = site.propose(&["--base", "origin/release"]);
        assert_eq!(run.code, Some(4), "{run:?}");
        assert!(run.stderr.contains("goes to `main`, not to `release`\nhint: --incident ID\n"), "{run:?}");
        assert_eq!((site.there(&["rev-parse", HEAD]), site.world.writes()), (tip, Vec::new()));
        assert_eq!(site.world.pull().body, made.body);
    }
}

#[test]
fn a_branch_that_was_planned_on_what_a_base_lacks_does_not_go_there() {
    let test = "a_branch_that_was_planned_on_what_a_base_lacks_does_not_go_there";
    let Some(site) = Site::new(Kind::GitHub, test) else { return };
    with_release(&site, "RELEASE.md");
    std::fs::write(site.repo().join("MAIN.md"), "of main alone\n").unwrap();
    site.commit("main");
    site.git(&["push", "-q", "origin", "main"]);
    site.propose(&[]);
    let (tip, _) = (site.there(&["rev-parse", HEAD]), site.world.writes());
    for flags in [&["--base", "origin/release"][..], &["--base", "release", "--reason", "it burns"]] {
        let run = site.propose(flags);
        let want = format!(
            "error: failed to prepare `{HEAD}`\ncaused by: branch `{HEAD}` was planned on a commit that the base does not have\nhint: --incident ID\n"
        );
        assert_eq!((run.code, run.stdout.as_str(), run.stderr), (Some(3), "", want));
    }
    assert_eq!((site.there(&["rev-parse", HEAD]), site.world.writes()), (tip, Vec::new()));
}

#[test]
fn a_draft_is_asked_for_in_the_forges_way() {
    for site in Site::each("a_draft_is_asked_for_in_the_forges_way") {
        let run = site.propose(&["--draft", "--format=json"]);
        let made = site.world.pull();
        let (state, is_draft) = (pull_of(&run)["state"].clone(), made.is_draft);
        let word = match site.world.kind {
            Kind::GitHub => "",
            Kind::GitLab => "Draft: ",
            Kind::Gitea => "WIP: ",
        };
        assert!(made.title.starts_with(&format!("{word}backup: ")), "{}", made.title);
        assert_eq!((state, is_draft), (json!("draft"), word.is_empty()), "{run:?}");
    }
}

#[test]
fn finds_its_own_behind_pages_of_others() {
    for site in Site::each("finds_its_own_behind_pages_of_others") {
        site.propose(&[]);
        let own = site.world.pull();
        site.world.change(|shop| {
            let others = (200..207).map(|number| pull(number, "ann", "another", ""));
            let forks = (300..303).map(|number| Pull { is_fork: true, ..pull(number, "eve", HEAD, &own.body) });
            shop.pulls.extend(others.chain(forks));
        });
        site.world.writes();
        let again = site.propose(&["--format=json"]);
        assert_eq!(pull_of(&again)["number"], json!(own.number), "{again:?}");
        assert_eq!(site.world.writes(), [""; 0]);
    }
}

#[test]
fn keeps_the_branch_and_names_the_page_where_the_forge_refuses() {
    for (code, body, fact) in [
        (401, json!({"message": "Bad credentials"}), "401: Bad credentials"),
        (403, json!({"message": "Resource not accessible"}), "403: Resource not accessible"),
        (404, json!({"message": "Not Found"}), "404: Not Found"),
        (
            422,
            json!({"message": "Validation Failed", "errors": [{"field": "base", "code": "invalid"}]}),
            "`base` is invalid",
        ),
    ] {
        for site in Site::each("keeps_the_branch_and_names_the_page_where_the_forge_refuses") {
            // A token is wrong from the first call on.
            let line = if code == 401 { asking(site.world.kind) } else { listing(site.world.kind) };
            site.world.instead(&line, Acts::No, json(code, &body));
            let run = site.propose(&[]);
            assert_eq!(run.code, Some(4), "{run:?}");
            let (error, hint) = run.stderr.trim_end().split_once("\nhint: ").unwrap_or((&run.stderr, ""));
            assert!(error.starts_with("error: ") && error.contains(fact), "{run:?}");
            assert_eq!(hint.is_empty(), code == 422, "{run:?}");
            // A read that failed is no absence: nothing is opened.
            assert_eq!((site.world.writes(), site.world.shop().pulls.len()), (Vec::new(), 0));
            assert_eq!(site.there(&["rev-parse", HEAD]), site.git(&["rev-parse", HEAD]));
            assert!(run.line("compare").contains("leeward"), "{run:?}");
        }
    }
}

#[test]
fn a_secondary_rate_limit_is_waited_for_and_a_long_one_told() {
    let refused = |seconds: &str| {
        let body = json!({"message": "You have exceeded a secondary rate limit. Please wait a few minutes."});
        Play::Answer(403, "application/json", format!("retry-after: {seconds}\r\n"), body.to_string())
    };
    let Some(site) = Site::new(Kind::GitHub, "a_secondary_rate_limit_is_waited_for_and_a_long_one_told") else {
        return;
    };
    site.world.instead(creating(Kind::GitHub), Acts::No, refused("1"));
    let run = site.propose(&[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    site.world.pull();
    site.world.instead(&listing(Kind::GitHub), Acts::No, refused("3600"));
    let run = site.propose(&[]);
    assert_eq!(run.code, Some(4), "{run:?}");
    assert!(run.stderr.contains("secondary rate limit"), "{run:?}");
}

#[test]
fn a_preview_is_one_comment_kept_up_to_date() {
    for site in Site::each("a_preview_is_one_comment_kept_up_to_date") {
        site.propose(&[]);
        let number = site.world.pull().number;
        site.world.writes();
        let live = format!("{}/overlays/live/prod-a.yaml", env!("CARGO_MANIFEST_DIR"));
        let args = ["preview", "--head", HEAD, "--live", &live, "--comment", "--cluster", "pxc-a/cluster1"];
        let run = site.leeward(&args, &[]);
        assert_eq!((run.code, run.stderr), (Some(1), format!("note: comments of pull request {number}: created\n")));
        let [written] = site.world.shop().notes.try_into().unwrap();
        assert!(written.body.starts_with("<!-- leeward:preview part=1 of=1 -->\n"), "{}", written.body);
        site.world.writes();
        let again = site.leeward(&args, &[]);
        assert_eq!(again.stderr, format!("note: comments of pull request {number}: none\n"));
        assert_eq!(site.world.writes(), [""; 0]);
        // The number may come from the pipeline; a part that is no longer needed and what differs go, a person's words stay.
        site.world.change(|shop| {
            shop.notes[0].body = format!("{}\nold", shop.notes[0].body);
            shop.note(&number.to_string(), "bot", "<!-- leeward:preview part=2 of=2 -->\nold");
            shop.note(&number.to_string(), "ann", "looks good");
        });
        let again = site.leeward(&args, &of_pipeline(&site, number, site.project()).each_ref().map(borrowed));
        assert_eq!(again.stderr, format!("note: comments of pull request {number}: updated\n"));
        let notes: Vec<String> = site.world.shop().notes.into_iter().map(|note| note.body).collect();
        assert_eq!(notes, [written.body, "looks good".to_owned()]);
    }
}

/// Returns what a pipeline's environment says of the pull request that it runs for, and of the project that counts it.
fn of_pipeline(site: &Site, number: u64, project: &str) -> [(&'static str, String); 2] {
    match site.world.kind {
        Kind::GitLab => {
            [("CI_MERGE_REQUEST_IID", number.to_string()), ("CI_MERGE_REQUEST_PROJECT_PATH", project.to_owned())]
        }
        Kind::GitHub | Kind::Gitea => {
            [("GITHUB_REF", format!("refs/pull/{number}/merge")), ("GITHUB_REPOSITORY", project.to_owned())]
        }
    }
}

/// Returns a variable as it is handed on.
fn borrowed<'a>(variable: &'a (&'static str, String)) -> (&'a str, &'a str) {
    (variable.0, &variable.1)
}

/// A pipeline of one repository may check another out: its pull request is none of that other's.
#[test]
fn a_number_that_counts_in_another_project_is_not_taken_for_this_ones() {
    for site in Site::each("a_number_that_counts_in_another_project_is_not_taken_for_this_ones") {
        site.propose(&[]);
        let number = site.world.pull().number;
        site.world.change(|shop| shop.pulls.push(pull(number + 40, "ann", "another", "")));
        let live = format!("{}/overlays/live/prod-a.yaml", env!("CARGO_MANIFEST_DIR"));
        let args = ["preview", "--head", HEAD, "--live", &live, "--comment", "--cluster", "pxc-a/cluster1"];
        let around = of_pipeline(&site, number + 40, "apps/shop");
        let run = site.leeward(&args, &around.each_ref().map(borrowed));
        assert_eq!((run.code, run.stderr), (Some(1), format!("note: comments of pull request {number}: created\n")));
    }
}

#[test]
fn of_a_forge_that_nobody_knows_it_is_said_where_the_branch_is() {
    let test = "of_a_forge_that_nobody_knows_it_is_said_where_the_branch_is";
    let Some(site) = Site::new(Kind::Gitea, test) else { return };
    let run = Run::of(site.command(env!("CARGO_BIN_EXE_leeward")).current_dir(site.repo()).args(FAILOVER));
    let want = format!(
        "note: `{HEAD}` is on `origin`, of which no page is known that opens a pull request\n\
         error: nothing says which forge `127.0.0.1` is\nhint: --forge github, --forge gitlab or --forge gitea\n"
    );
    assert_eq!((run.code, run.stderr), (Some(4), want));
    assert_eq!(site.there(&["rev-parse", HEAD]), site.git(&["rev-parse", HEAD]));
}

#[test]
fn a_forge_that_is_silent_is_waited_for_as_long_as_the_flag_says() {
    let test = "a_forge_that_is_silent_is_waited_for_as_long_as_the_flag_says";
    let Some(site) = Site::new(Kind::GitHub, test) else { return };
    site.propose(&[]);
    site.world.writes();
    for _ in 0..2 {
        site.world.instead(&asking(Kind::GitHub), Acts::No, Play::Stall);
    }
    let live = format!("{}/overlays/live/prod-a.yaml", env!("CARGO_MANIFEST_DIR"));
    let head = format!("--head={HEAD}");
    let flags =
        ["preview", &head, "--live", &live, "--comment", "--pull-request=1", "--builder=builtin", "--timeout=1"];
    let run = site.leeward(&flags, &[]);
    let host = format!("127.0.0.1:{}", site.world.server.port);
    let want = format!(
        "error: failed to comment on the pull request: failed to read the comments of pull request 1: \
         `{host}` gave no whole answer in 1 s\nhint: --timeout\n"
    );
    assert_eq!((run.code, run.stderr), (Some(4), want));
    assert_eq!(site.world.writes(), [""; 0]);
}

#[test]
fn no_comment_is_written_where_no_pull_request_is_open() {
    for site in Site::each("no_comment_is_written_where_no_pull_request_is_open") {
        let live = format!("{}/overlays/live/prod-a.yaml", env!("CARGO_MANIFEST_DIR"));
        site.git(&["switch", "-q", "-c", "lonely"]);
        site.git(&["commit", "-q", "--allow-empty", "-m", "nothing"]);
        let run = site.leeward(&["preview", "--head", "lonely", "--live", &live, "--comment"], &[]);
        assert_eq!(run.code, Some(4), "{run:?}");
        let want = "error: failed to comment on the pull request: no pull request of `lonely` is open\nhint: --pull-request NUMBER\n";
        assert_eq!(run.stderr, want);
        assert_eq!(site.world.writes(), [""; 0]);
    }
}

#[test]
fn a_verdict_is_one_comment_of_its_own_on_the_pull_request() {
    for site in Site::each("a_verdict_is_one_comment_of_its_own_on_the_pull_request") {
        site.propose(&[]);
        let number = site.world.pull().number;
        site.world.writes();
        // What is not merged is not looked for: nobody listens there.
        let kubeconfig = "apiVersion: v1\nkind: Config\ncurrent-context: here\n\
                          clusters: [{name: c, cluster: {server: \"http://127.0.0.1:9\"}}]\nusers: [{name: u, user: {}}]\n\
                          contexts: [{name: here, context: {cluster: c, user: u}}]\n";
        std::fs::write(site.repo().join("kubeconfig"), kubeconfig).unwrap();
        let args = ["verify", "--cluster", "pxc-a/cluster1", "--kubeconfig", "kubeconfig", "--comment"];
        let run = site.leeward(&args, &[]);
        assert_eq!((run.code, run.stderr), (Some(1), format!("note: comment of pull request {number}: created\n")));
        let [written] = site.world.shop().notes.try_into().unwrap();
        assert!(
            written.body.starts_with("<!-- leeward:verify part=1 of=1 -->\n## waiting: incident"),
            "{}",
            written.body
        );
        let again = site.leeward(&args, &[]);
        assert_eq!(again.code, Some(1), "{again:?}");
        assert_eq!(site.world.shop().notes.len(), 1);
    }
}

//! The README's GitLab jobs and the actions' scripts as a runner runs them, against forges that check every request.

use std::process::Command;

use leeward::forge::Kind;
use serde_json::Value;

use crate::action::{output, step};
use crate::setting::{CANARY, HEAD};
use crate::site::{Run, Site, search_path};

/// What an alert may say.
const REASON: &str = "- it burns; $(touch burnt)";
/// Who commits where nobody is set: author and committer.
const LEEWARD: &str = "leeward <leeward@localhost> leeward <leeward@localhost>";

/// Returns who wrote and who made the proposed commit.
fn who(site: &Site) -> String {
    site.there(&["log", "-1", "--format=%an <%ae> %cn <%ce>", HEAD])
}

/// Returns a shell in a checkout, as a stock runner prepares it: nothing says who commits, no helper knows a token.
fn stock(site: &Site, program: &str) -> Command {
    let mut shell = site.command(program);
    shell.current_dir(site.repo()).env_remove("GIT_CONFIG_COUNT").env("PATH", search_path());
    for part in ["AUTHOR", "COMMITTER"] {
        shell.env_remove(format!("GIT_{part}_NAME")).env_remove(format!("GIT_{part}_EMAIL"));
    }
    shell
}

/// Returns a shell in the checkout of a job of GitLab.
fn shell(site: &Site, program: &str) -> Command {
    let mut shell = stock(site, program);
    let host = format!("127.0.0.1:{}", site.world.server.port);
    shell.env("CI_SERVER_PROTOCOL", "http").env("CI_SERVER_FQDN", &host).env("CI_PROJECT_PATH", "g/s/r");
    shell.env("CI_SERVER_URL", format!("http://{host}")).env("CI_API_V4_URL", format!("http://{host}/api/v4"));
    shell
}

/// Returns the first YAML of the README that is the one looked for.
fn readme_yaml(is_it: impl Fn(&Value) -> bool) -> Value {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let blocks = readme.split("```yaml\n").skip(1).filter_map(|rest| rest.split("\n```").next());
    let mut all = blocks.filter_map(|block| leeward::model::yaml::documents(block).ok()?.into_iter().next());
    all.find(is_it).unwrap()
}

/// Returns the script of a job of the README's GitLab example, one line a command.
fn gitlab_job(name: &str) -> String {
    let job = readme_yaml(|jobs| jobs[name]["script"].is_array())[name].clone();
    let lines: Vec<&str> = job["script"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    lines.join("\n")
}

#[test]
fn the_gitlab_job_of_the_readme_proposes_and_tells_the_next_jobs() {
    let Some(site) = Site::new(Kind::GitLab, "the_gitlab_job_of_the_readme_proposes_and_tells_the_next_jobs") else {
        return;
    };
    let mut again = String::new();
    for operation in ["created", "none"] {
        let mut bash = shell(&site, "bash");
        bash.args(["-eo", "pipefail", "-c", &gitlab_job("propose")]).env("LEEWARD_DOTENV", "leeward.env");
        let run = Run::of(bash.env("STORAGE", "minio-a").env("REASON", REASON));
        assert_eq!(run.code, Some(0), "{run:?}");
        let (env, tip) = (site.read("leeward.env"), site.there(&["rev-parse", HEAD]));
        let number = site.world.pull().number;
        let want = format!(
            "PROPOSAL_BRANCH={HEAD}\nPROPOSAL_COMMIT={tip}\nPROPOSAL_PULL_REQUEST_URL=https://forge/{number}\n\
             PROPOSAL_PULL_REQUEST_NUMBER={number}\nPROPOSAL_OPERATION={operation}\nPROPOSAL_EXIT_MEANING=done\n"
        );
        assert_eq!(env.strip_prefix(again.as_str()), Some(want.as_str()));
        again = env;
    }
    assert!(site.read("leeward.md").starts_with("## Failover of `minio-a`") && !site.repo().join("burnt").exists());
    assert!(site.world.pull().body.contains(REASON));
    assert_eq!(who(&site), LEEWARD);
    site.assert_no_token();
}

#[test]
fn the_gitlab_job_of_the_readme_keeps_the_preview_of_a_merge_request() {
    let test = "the_gitlab_job_of_the_readme_keeps_the_preview_of_a_merge_request";
    let Some(site) = Site::new(Kind::GitLab, test) else { return };
    site.propose(&[]);
    let number = site.world.pull().number.to_string();
    site.git(&["switch", "-q", "--detach", HEAD]);
    let live = format!("{}/overlays/live/prod-a.yaml", env!("CARGO_MANIFEST_DIR"));
    for kept in ["created", "none"] {
        let mut bash = shell(&site, "sh");
        bash.args(["-ec", &gitlab_job("preview")]).env("CI_MERGE_REQUEST_IID", &number).env("LEEWARD_LIVE", &live);
        bash.env("CI_MERGE_REQUEST_PROJECT_PATH", "g/s/r");
        let run = Run::of(bash.env("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"));
        // That there are differences is what the comment says, and no failure of the job.
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(run.stderr.contains(&format!("note: comments of pull request {number}: {kept}\n")), "{run:?}");
    }
    assert_eq!(site.world.shop().notes.len(), 1);
}

/// Runs the action that proposes, on a runner of the site's forge; returns what it says and its file of outputs.
fn act(site: &Site, inputs: &[(&str, &str)], mut bash: Command) -> (Run, String) {
    let outputs = site.repo().join("../outputs");
    std::fs::write(&outputs, "").unwrap();
    let url = format!("http://127.0.0.1:{}", site.world.server.port);
    let api = if site.world.kind == Kind::GitHub { "v3" } else { "v1" };
    bash.env("GITHUB_SERVER_URL", &url)
        .env("GITHUB_API_URL", format!("{url}/api/{api}"))
        .env("GITHUB_OUTPUT", &outputs);
    bash.env_remove(site.variable());
    let alert = [("storage", "minio-a"), ("to", "minio-b"), ("token", CANARY)];
    let run = Run::of(&mut step("propose", &[&alert, inputs].concat(), bash));
    (run, std::fs::read_to_string(outputs).unwrap())
}

#[test]
fn the_action_tells_the_next_steps_on_github() {
    let Some(site) = Site::new(Kind::GitHub, "the_action_tells_the_next_steps_on_github") else { return };
    for operation in ["created", "none"] {
        let inputs = [("reviewers", "ann,ben"), ("reason", REASON), ("draft", "")];
        let (run, text) = act(&site, &inputs, stock(&site, "bash"));
        assert_eq!(run.code, Some(0), "{run:?}");
        let number = site.world.pull().number;
        let told =
            ["operation", "pull-request-number", "branch", "exit-meaning"].map(|name| output(&text, name).unwrap());
        assert_eq!(told, [operation, &number.to_string(), HEAD, "done"]);
        assert_eq!(site.world.pull().reviewers, ["ann", "ben"]);
    }
    assert_eq!(who(&site), LEEWARD);
    site.assert_no_token();
}

#[test]
fn the_action_previews_against_the_branch_that_the_pull_request_goes_to() {
    let test = "the_action_previews_against_the_branch_that_the_pull_request_goes_to";
    let Some(site) = Site::new(Kind::GitHub, test) else { return };
    site.git(&["push", "-q", "origin", "main:refs/heads/release"]);
    site.propose(&["--base", "release"]);
    assert_eq!(site.world.pull().base, "release");
    site.git(&["switch", "-q", "--detach", HEAD]);
    let live = format!("{}/overlays/live/prod-a.yaml", env!("CARGO_MANIFEST_DIR"));
    for (base, reference) in [("", "release"), ("origin/release", "")] {
        let url = format!("http://127.0.0.1:{}", site.world.server.port);
        let mut bash = site.command("bash");
        bash.current_dir(site.repo()).env("PATH", search_path()).env("GITHUB_SERVER_URL", &url);
        bash.env("GITHUB_API_URL", format!("{url}/api/v3")).env("GITHUB_REPOSITORY", "o/r");
        let number = site.world.pull().number;
        bash.env("GITHUB_REF", format!("refs/pull/{number}/merge")).env("GITHUB_BASE_REF", reference);
        let inputs = [("base", base), ("live", live.as_str()), ("cluster", "pxc-a/cluster1"), ("token", CANARY)];
        let run = Run::of(&mut step("preview", &inputs, bash));
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(site.world.shop().notes[0].body.contains("`origin/release`"), "{:?}", site.world.shop().notes);
    }
    assert_eq!(site.world.shop().notes.len(), 1);
}

#[test]
fn the_action_s_token_pushes_and_asks_whatever_the_job_and_the_checkout_left() {
    let test = "the_action_s_token_pushes_and_asks_whatever_the_job_and_the_checkout_left";
    for kind in [Kind::GitHub, Kind::Gitea] {
        let Some(site) = Site::new(kind, test) else { return };
        let url = format!("http://127.0.0.1:{}", site.world.server.port);
        site.git(&["config", &format!("http.{url}/.extraheader"), "AUTHORIZATION: basic d3Jvbmc6d3Jvbmc="]);
        site.git(&["config", "credential.helper", "!echo username=a; echo password=wrong; false"]);
        let mut bash = stock(&site, "bash");
        for name in ["GH_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GITEA_TOKEN", "FORGEJO_TOKEN"] {
            bash.env(name, "wrong-wrong");
        }
        // A setting of the job's own stays.
        bash.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "user.name").env("GIT_CONFIG_VALUE_0", "Robot");
        let (run, outputs) = act(&site, &[], bash);
        assert_eq!((run.code, output(&outputs, "operation").as_deref()), (Some(0), Some("created")), "{run:?}");
        assert_eq!(who(&site), "Robot <leeward@localhost> Robot <leeward@localhost>");
        let bearer = if kind == Kind::GitHub { "Bearer" } else { "token" };
        for request in site.world.server.asked().iter().filter(|request| request.path.starts_with("/api/")) {
            assert_eq!(request.headers["authorization"], format!("{bearer} {CANARY}"));
        }
        site.assert_no_token();
    }
}

#[test]
fn the_action_commits_as_whoever_is_set() {
    let Some(site) = Site::new(Kind::GitHub, "the_action_commits_as_whoever_is_set") else { return };
    let mut bash = stock(&site, "bash");
    bash.env("GIT_AUTHOR_NAME", "Ann").env("GIT_AUTHOR_EMAIL", "ann@example.org");
    site.git(&["config", "user.name", "Robot"]);
    site.git(&["config", "user.email", "robot@example.org"]);
    let (run, _) = act(&site, &[], bash);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(who(&site), "Ann <ann@example.org> Robot <robot@example.org>");
}

#[test]
fn alerts_of_two_storages_do_not_push_each_other_out_of_the_queue() {
    let job = readme_yaml(|workflow| workflow["on"]["repository_dispatch"].is_object());
    let group = job["concurrency"].as_str().unwrap();
    assert!(group.contains("${{ github.event.client_payload.storage }}"), "{group}");
}

//! The README's GitLab jobs and the actions' scripts as a runner runs them, against forges that check every request.

use leeward::forge::Kind;
use serde_json::Value;

use crate::action::{output, step};
use crate::setting::{CANARY, HEAD};
use crate::site::{Run, Site, search_path};

/// Returns a shell in the checkout of a job, as GitLab's runner prepares it; no credential helper but the job's own.
fn shell(site: &Site, program: &str) -> std::process::Command {
    let mut shell = site.command(program);
    shell.current_dir(site.repo()).env_remove("GIT_CONFIG_COUNT").env("PATH", search_path());
    let host = format!("127.0.0.1:{}", site.world.server.port);
    shell.env("CI_SERVER_PROTOCOL", "http").env("CI_SERVER_FQDN", &host).env("CI_PROJECT_PATH", "g/s/r");
    shell.env("CI_SERVER_URL", format!("http://{host}")).env("CI_API_V4_URL", format!("http://{host}/api/v4"));
    shell
}

/// Returns the script of a job of the README's GitLab example, one line a command.
fn gitlab_job(name: &str) -> String {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let blocks = readme.split("```yaml\n").skip(1).filter_map(|rest| rest.split("\n```").next());
    let jobs = blocks.filter_map(|block| leeward::model::yaml::documents(block).ok()?.into_iter().next());
    let job: Value = jobs.map(|jobs| jobs[name].clone()).find(|job| job["script"].is_array()).unwrap();
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
        let run = Run::of(bash.env("STORAGE", "minio-a").env("REASON", "it burns; $(touch burnt)"));
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
    assert!(site.world.pull().body.contains("it burns; $(touch burnt)"));
    site.assert_no_token();
}

#[test]
fn the_gitlab_job_of_the_readme_keeps_the_preview_of_a_merge_request() {
    let test = "the_gitlab_job_of_the_readme_keeps_the_preview_of_a_merge_request";
    let Some(site) = Site::new(Kind::GitLab, test) else { return };
    site.propose(&[]);
    let number = site.world.pull().number.to_string();
    site.git(&["switch", "-q", "--detach", HEAD]);
    std::fs::create_dir(site.repo().join("live")).unwrap();
    let live = format!("{}/overlays/live/prod-a.yaml", env!("CARGO_MANIFEST_DIR"));
    std::fs::copy(live, site.repo().join("live/prod-a.yaml")).unwrap();
    for kept in ["created", "none"] {
        let mut bash = shell(&site, "sh");
        bash.args(["-ec", &gitlab_job("preview")]).env("CI_MERGE_REQUEST_IID", &number);
        bash.env("CI_MERGE_REQUEST_PROJECT_PATH", "g/s/r");
        let run = Run::of(bash.env("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"));
        // That there are differences is what the comment says, and no failure of the job.
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(run.stderr.contains(&format!("note: comments of pull request {number}: {kept}\n")), "{run:?}");
    }
    assert_eq!(site.world.shop().notes.len(), 1);
}

#[test]
fn the_action_tells_the_next_steps_on_github() {
    let Some(site) = Site::new(Kind::GitHub, "the_action_tells_the_next_steps_on_github") else { return };
    for (round, operation) in ["created", "none"].into_iter().enumerate() {
        let outputs = site.repo().join(format!("../outputs-{round}"));
        let mut bash = site.command("bash");
        let url = format!("http://127.0.0.1:{}", site.world.server.port);
        bash.current_dir(site.repo()).env("PATH", search_path()).env("GITHUB_SERVER_URL", &url);
        bash.env("GITHUB_API_URL", format!("{url}/api/v3")).env("GITHUB_OUTPUT", &outputs);
        bash.env("GIT_CONFIG_VALUE_0", "!f() { echo username=oauth2; echo \"password=$GITHUB_TOKEN\"; }; f");
        bash.env_remove(site.variable());
        let inputs = [("storage", "minio-a"), ("to", "minio-b"), ("reviewers", "ann,ben"), ("token", CANARY)];
        let run = Run::of(&mut step("propose", &inputs, bash));
        assert_eq!(run.code, Some(0), "{run:?}");
        let text = std::fs::read_to_string(outputs).unwrap();
        let number = site.world.pull().number;
        let told =
            ["operation", "pull-request-number", "branch", "exit-meaning"].map(|name| output(&text, name).unwrap());
        assert_eq!(told, [operation, &number.to_string(), HEAD, "done"]);
        assert_eq!(site.world.pull().reviewers, ["ann", "ben"]);
    }
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

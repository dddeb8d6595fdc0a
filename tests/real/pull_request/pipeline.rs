//! The scripts of the actions, as the README uses them, on a runner of this forge: it names its variables as GitHub's do.

use super::{BRANCH, ended, gitops, leeward, pulls};
use crate::action::{output, step};
use crate::bed::Bed;

pub(crate) fn the_actions_of_the_readme_propose_and_comment(bed: &Bed) {
    let repository = gitops(bed.gitea(), "pull-action");
    let files = bed.folder("pull-action-files");
    let live = format!("{}/overlays/live/prod-a.yaml", env!("CARGO_MANIFEST_DIR"));
    let act = |action: &str, inputs: &[(&str, &str)], folder: &std::path::Path, reference: &str| {
        let origin = bed.gitea().origin();
        let mut bash = leeward(bed, folder, None, &[]);
        let (name, now) = ("LEEWARD_NOW", "2026-11-22T10:00:00Z");
        let mut shell = bed.tool("bash");
        shell.current_dir(folder).envs(bash.get_envs().filter_map(|(key, value)| Some((key, value?)))).env(name, now);
        bash = shell;
        // As on a stock runner, nothing says who commits.
        for role in ["AUTHOR", "COMMITTER"] {
            bash.env_remove(format!("GIT_{role}_NAME")).env_remove(format!("GIT_{role}_EMAIL"));
        }
        let program = std::path::Path::new(env!("CARGO_BIN_EXE_leeward")).parent().unwrap();
        bash.env("PATH", format!("{}:{}", program.display(), crate::process::search_path()));
        bash.env("GITHUB_SERVER_URL", &origin)
            .env("GITHUB_API_URL", format!("{origin}/api/v1"))
            .env("GITHUB_REPOSITORY", repository.api_path().trim_start_matches("/repos/"))
            .env("GITHUB_REF", reference);
        let outputs = files.join("outputs");
        std::fs::write(&outputs, "").unwrap();
        bash.env("GITHUB_OUTPUT", &outputs).env("GITHUB_STEP_SUMMARY", files.join("summary"));
        let inputs = [inputs, &[("token", bed.gitea().token())]].concat();
        let run = ended(&step(action, &inputs, bash).output().unwrap());
        (run.0, run.2, std::fs::read_to_string(outputs).unwrap())
    };
    let alert = [("storage", "minio-a"), ("to", "minio-b"), ("reason", "minio-a refuses connections")];
    for operation in ["created", "none"] {
        let (code, said, outputs) = act("propose", &alert, repository.folder(), "refs/heads/main");
        assert_eq!(code, Some(0), "{said}");
        let told =
            ["operation", "branch", "pull-request-number", "exit-meaning"].map(|name| output(&outputs, name).unwrap());
        assert_eq!(told, [operation, BRANCH, "1", "done"]);
    }
    // The pull request's own pipeline: its head is checked out, its number is in the reference.
    let clone = bed.folder("pull-action-clone").join("clone");
    let url = repository.git(&["remote", "get-url", "origin"]).unwrap();
    repository.git(&["clone", "-q", &url, clone.to_str().unwrap()]).unwrap();
    repository.git(&["-C", clone.to_str().unwrap(), "switch", "-q", "--detach", &format!("origin/{BRANCH}")]).unwrap();
    let preview = [("live", live.as_str()), ("cluster", "pxc-a/cluster1")];
    for operation in ["created", "none"] {
        let (code, said, outputs) = act("preview", &preview, &clone, "refs/pull/1/merge");
        assert_eq!(code, Some(0), "{said}");
        let told = ["operation", "pull-request-number", "exit-meaning"].map(|name| output(&outputs, name).unwrap());
        assert_eq!(told, [operation, "1", "differences"]);
    }
    assert_eq!(pulls(bed, &repository)[0]["comments"], 1);
    let summary = std::fs::read_to_string(files.join("summary")).unwrap();
    assert!(summary.starts_with("## Failover of `minio-a`") && summary.contains("pxc-a/cluster1"), "{summary}");
}

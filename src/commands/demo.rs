//! `demo`: the whole story on a small GitOps repository in a temporary folder. Runs the very verbs that a person types;
//! nothing outside that folder is read or written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use jiff::Timestamp;

use super::{Answer, run as run_verb};
use crate::cli::{Cli, DemoArgs};
use crate::failure::refused;
use crate::git::Repository;
use crate::kustomize::files::Files as _;
use crate::model::shell::quoted;

/// The repository of the story, which the examples start from too; a test compares this table with the folder.
pub(crate) const FILES: [(&str, &str); 7] = [
    ("base/pxc/cluster.yaml", include_str!("../../overlays/gitops/base/pxc/cluster.yaml")),
    ("base/pxc/kustomization.yaml", include_str!("../../overlays/gitops/base/pxc/kustomization.yaml")),
    (
        "clusters/prod-a/pxc/kustomization.yaml",
        include_str!("../../overlays/gitops/clusters/prod-a/pxc/kustomization.yaml"),
    ),
    (
        "clusters/prod-b/pxc/kustomization.yaml",
        include_str!("../../overlays/gitops/clusters/prod-b/pxc/kustomization.yaml"),
    ),
    ("flux/pxc-a.yaml", include_str!("../../overlays/gitops/flux/pxc-a.yaml")),
    ("flux/pxc-b.yaml", include_str!("../../overlays/gitops/flux/pxc-b.yaml")),
    ("leeward.yaml", include_str!("../../overlays/gitops/leeward.yaml")),
];
/// What `kubectl` shows of one of the two clusters.
const LIVE: &str = include_str!("../../overlays/live/prod-a.yaml");
/// The reason that the story gives.
const REASON: &str = "minio.a.example refuses connections since 03:00";

/// Runs the verb.
pub(super) fn run(args: &DemoArgs, now: Timestamp) -> anyhow::Result<Answer> {
    let dir = folder(args)?;
    let files: BTreeMap<&str, &str> = FILES.into_iter().collect();
    Repository::create(&dir, &files, ("leeward demo", "demo@example.org"), now)?;
    let mut story = format!(
        "One night https://minio.a.example:9000 is gone. Two clusters of this GitOps repository back up there, Flux applies it:\n\n  {}\n\n",
        dir.display()
    );
    let shown = dir.display().to_string();
    story += &step(
        &["plan", "--repo", &shown, "--cluster", "pxc-a/cluster1", "--storage", "minio-a", "--to", "minio-b"],
        now,
    )?;
    let reason = format!("--reason={REASON}");
    story += &step(
        &["propose", "--repo", &shown, "--all", "--storage", "minio-a", "--to", "minio-b", "--no-sign", &reason],
        now,
    )?;
    story += &committed(&dir)?;
    story += &previewed(&dir, now)?;
    story += &next_steps(&shown);
    Ok(Answer::done(story))
}

/// Returns what merging will do to the first cluster, which somebody changed by hand meanwhile.
fn previewed(dir: &Path, now: Timestamp) -> anyhow::Result<String> {
    let live = dir.join("live-prod-a.yaml");
    std::fs::write(&live, LIVE).with_context(|| format!("failed to write `{}`", live.display()))?;
    let repository = Repository::open(dir)?;
    let (branch, _) = repository.leeward_branches()?.into_iter().next().context("no branch was made")?;
    let (shown, live) = (dir.display().to_string(), live.display().to_string());
    let said =
        step(&["preview", "--repo", &shown, "--head", &branch, "--cluster", "pxc-a/cluster1", "--live", &live], now)?;
    Ok(format!(
        "Before anybody merges: what Flux will do to the live cluster. `kubectl get … -o yaml --show-managed-fields` is in a \
         file here; with a kubeconfig leeward asks the API server.\n\n{said}"
    ))
}

/// Returns what to try next.
fn next_steps(shown: &str) -> String {
    let shown = quoted(shown);
    format!(
        "Nothing else was touched: no index, no other branch, no file of the repository. Try next:\n\n  \
         git -C {shown} log -p --all\n  \
         leeward plan --repo {shown} --all --storage minio-a --to nas\n  \
         leeward plan --repo {shown} --cluster pxc-b/cluster1 --storage minio-a --action rotate --credentials-secret minio-a-credentials-r2\n  \
         leeward plan --repo {shown} --all --storage minio-a --to minio-b --format markdown\n"
    )
}

/// Returns the folder of the story: as asked, else a new temporary one that stays.
fn folder(args: &DemoArgs) -> anyhow::Result<PathBuf> {
    let Some(dir) = &args.dir else {
        return Ok(tempfile::Builder::new()
            .prefix("leeward-demo-")
            .tempdir()
            .context("failed to make a folder")?
            .keep());
    };
    let context = || format!("failed to use `{}` for the demo", dir.display());
    std::fs::create_dir_all(dir).with_context(context)?;
    if std::fs::read_dir(dir).with_context(context)?.next().is_some() {
        return Err(refused("the folder is not empty").hint("leeward demo")).with_context(context);
    }
    Ok(dir.clone())
}

/// Runs one command of the story and returns it with its answer.
fn step(args: &[&str], now: Timestamp) -> anyhow::Result<String> {
    let typed: Vec<String> = args.iter().map(|arg| quoted(arg)).collect();
    let line = format!("$ leeward {}\n", typed.join(" "));
    let cli =
        Cli::without_variables(&[&["leeward"], args].concat()).context("failed to parse a command of the demo")?;
    let answer = run_verb(&cli, now, &|_| {})?;
    match answer.failure {
        Some(failure) => Err(failure.into()),
        None => Ok(format!("{line}{}\n", answer.text)),
    }
}

/// Returns what the proposal put into Git for the first cluster.
fn committed(dir: &Path) -> anyhow::Result<String> {
    let repository = Repository::open(dir)?;
    let (branch, tip) = repository.leeward_branches()?.into_iter().next().context("no branch was made")?;
    let base = repository.base(None)?;
    let tree = repository.tree(&tip)?;
    let mut shown = format!("On `{branch}` lies what an approver reads. For the first cluster:\n\n");
    for path in repository.changed_paths(&base.commit, &tip)? {
        let is_shown = path.starts_with("clusters/prod-a/") && !path.ends_with("incident.yaml");
        if is_shown {
            let text = String::from_utf8_lossy(&tree.read(&path)?).into_owned();
            let indented: String =
                text.lines().map(|line| format!("    {line}").trim_end().to_owned() + "\n").collect();
            shown.extend([format!("  {path}\n"), indented, "\n".to_owned()]);
        }
    }
    Ok(shown)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::FILES;

    #[test]
    fn the_table_is_the_folder() {
        let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("overlays/gitops");
        let mut found = Vec::new();
        let mut folders = vec![top.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(path.strip_prefix(&top).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        found.sort();
        assert_eq!(found, FILES.map(|(path, _)| path));
    }
}

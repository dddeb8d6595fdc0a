//! What Argo CD is asked to do: follow folders of a repository, sync, compare, show a difference. Many folders are synced
//! at once: one push, one request, one wait.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::argo_parts::{Argo, HOME, tools};
use crate::flux::{Applied, follower};
use crate::gitea::Repository;
use crate::process::command;
use crate::room::{fresh, until};

/// How long everything that follows a repository may take to settle.
const SETTLE: Duration = Duration::from_mins(4);
/// Where the API keeps what follows.
const APPLICATIONS: &str = "argoproj.io/v1alpha1/namespaces/argocd/applications";
/// The label that says which repository an `Application` follows.
const FOLLOWS: &str = "testbed/follows";
/// The annotation that asks for a new comparison, and goes once it is made.
const REFRESH: &str = "argocd.argoproj.io/refresh";

/// How a sync applies.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Mode {
    /// Three ways, from the last applied configuration.
    ClientSide,
    /// By the API server's apply.
    ServerSide,
}

/// Who starts a sync.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Sync {
    /// Whoever asks: `Argo::sync`.
    Asked,
    /// The controller, after a commit.
    Automated,
    /// The controller, after a commit and after an edit by hand.
    SelfHealed,
}

impl Argo {
    /// Follows `main` of a repository with one `Application` for each folder; `spec` is laid over that of each.
    pub(crate) fn follow(
        &self,
        repository: &Repository<'_>,
        folders: &[&str],
        (mode, sync): (Mode, Sync),
        spec: &Value,
    ) -> Result<(), String> {
        let follower = |folder: &&str| {
            let mut application = application(repository, folder, (mode, sync));
            for (key, value) in spec.as_object().into_iter().flatten() {
                application["spec"][key] = value.clone();
            }
            application
        };
        self.follow_as(&folders.iter().map(follower).collect::<Vec<_>>())
    }

    /// Follows repositories with these `Applications`.
    pub(crate) fn follow_as(&self, applications: &[Value]) -> Result<(), String> {
        let stream: Vec<String> = applications.iter().map(Value::to_string).collect();
        let stream = stream.join("\n---\n");
        self.cluster.apply(&stream).map(drop)
    }

    /// Syncs everything that follows the repository to a revision, with pruning, and waits until each is through.
    ///
    /// # Errors
    /// What was not through in time. A folder that the controller refuses is no error here: it says so in its place.
    pub(crate) fn sync(&self, repository: &Repository<'_>, revision: &str) -> Result<Applied, String> {
        let request = format!("{revision}-{}", fresh());
        let list = self.list(repository)?;
        if list.iter().any(is_automated) {
            self.refresh(repository)?;
        }
        for (options, names) in by_options(list.iter().filter(|item| !is_automated(item))) {
            let options: Value = serde_json::from_str(&options).expect("it was written as JSON");
            let sync = json!({"revision": revision, "prune": true, "syncOptions": options});
            let patch =
                json!({"operation": {"sync": sync, "info": [{"name": "request", "value": request}]}}).to_string();
            let mut args = vec!["patch", "-n", HOME, "application", "--type=merge", "-p", &patch];
            args.extend(names.iter().map(String::as_str));
            self.cluster.kubectl(&args)?;
        }
        until(SETTLE, || {
            let list = self.list(repository)?;
            list.iter().map(|item| through(item, &repository.name, revision, &request)).collect()
        })
    }

    /// Has everything that follows the repository compared again; returns the word for each: `Synced`, `OutOfSync`.
    pub(crate) fn compare(&self, repository: &Repository<'_>) -> Result<BTreeMap<String, String>, String> {
        self.refresh(repository)?;
        until(SETTLE, || {
            let of = |item: &Value| {
                let (metadata, status) = (&item["metadata"], &item["status"]["sync"]["status"]);
                let name = metadata["name"].as_str().unwrap_or_default();
                let folder = name.strip_prefix(&format!("{}.", repository.name)).unwrap_or(name).to_owned();
                let word = status.as_str().filter(|_| metadata["annotations"].get(REFRESH).is_none());
                word.map(|word| (folder, word.to_owned())).ok_or(format!("{name}: {}", item["status"]))
            };
            self.list(repository)?.iter().map(of).collect()
        })
    }

    /// Asks the server what syncing a folder of a changed checkout would change: the difference, empty where none.
    pub(crate) fn diff(&self, repository: &Repository<'_>, folder: &str, checkout: &Path) -> Result<String, String> {
        let mut argocd = command(&self.room, "argocd")?;
        argocd.env("PATH", tools()).args(["app", "diff", &follower(&repository.name, folder), "--plaintext"]);
        argocd.arg(format!("--server=127.0.0.1:{}", self.port));
        argocd.arg("--local").arg(checkout.join(folder)).arg("--local-repo-root").arg(checkout);
        let output = argocd.output().map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        match output.status.code() {
            Some(0 | 1) => Ok(text),
            code => Err(format!("{code:?}: {text}{}", String::from_utf8_lossy(&output.stderr))),
        }
    }

    /// Waits until everything that follows the repository was healed.
    pub(crate) fn healed(&self, repository: &Repository<'_>) -> Result<(), String> {
        self.refresh(repository)?;
        until(SETTLE, || {
            let is_well =
                |item: &Value| item["status"]["sync"]["status"] == "Synced" && item.get("operation").is_none();
            let is_compared = |item: &Value| item["metadata"]["annotations"].get(REFRESH).is_none();
            let ill = self.list(repository)?.into_iter().find(|item| !is_well(item) || !is_compared(item));
            ill.map_or(Ok(()), |item| Err(format!("{}: {}", item["metadata"]["name"], item["status"])))
        })
    }

    /// Asks for a new comparison of everything that follows the repository.
    fn refresh(&self, repository: &Repository<'_>) -> Result<(), String> {
        let (label, ask) = (format!("{FOLLOWS}={}", repository.name), format!("{REFRESH}=normal"));
        self.cluster.kubectl(&["annotate", "--overwrite", "-n", HOME, "application", "-l", &label, &ask]).map(drop)
    }

    /// Returns what follows a repository.
    fn list(&self, repository: &Repository<'_>) -> Result<Vec<Value>, String> {
        self.cluster.labelled(APPLICATIONS, FOLLOWS, &repository.name)
    }
}

/// Returns what follows a folder of a repository.
pub(crate) fn application(repository: &Repository<'_>, folder: &str, (mode, sync): (Mode, Sync)) -> Value {
    let mut application = json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
        "metadata": {
            "name": follower(&repository.name, folder), "namespace": HOME, "labels": {FOLLOWS: repository.name},
        },
        "spec": {
            "project": "default",
            "source": {"repoURL": repository.url(), "path": folder, "targetRevision": "main"},
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "default"},
            "syncPolicy": {"retry": {"limit": 0}, "syncOptions": [format!("ServerSideApply={}", mode == Mode::ServerSide)]},
        },
    });
    if sync != Sync::Asked {
        application["spec"]["syncPolicy"]["automated"] = json!({"prune": true, "selfHeal": sync == Sync::SelfHealed});
    }
    application
}

/// Returns the names of the applications by their sync options, as JSON.
fn by_options<'a>(items: impl Iterator<Item = &'a Value>) -> BTreeMap<String, Vec<String>> {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for item in items {
        let name = item["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        groups.entry(item["spec"]["syncPolicy"]["syncOptions"].to_string()).or_default().push(name);
    }
    groups
}

/// Says whether the controller syncs an application by itself.
fn is_automated(item: &Value) -> bool {
    item["spec"]["syncPolicy"].get("automated").is_some()
}

/// Says whether all that is left to do is pruning, which is off.
fn only_prunes(item: &Value) -> bool {
    let is_off = item["spec"]["syncPolicy"]["automated"]["prune"] != true;
    let mut left = item["status"]["resources"].as_array().into_iter().flatten().filter(|one| one["status"] != "Synced");
    is_off && item["status"]["sync"]["status"] == "OutOfSync" && left.all(|one| one["requiresPruning"] == true)
}

/// Returns how an application fared in the requested sync, or where it is its own master at the revision; an error while
/// it is not through.
fn through(
    item: &Value,
    repository: &str,
    revision: &str,
    request: &str,
) -> Result<(String, Result<(), String>), String> {
    let (name, status) = (item["metadata"]["name"].as_str().unwrap_or_default(), &item["status"]);
    let (sync, state) = (&status["sync"], &status["operationState"]);
    let folder = name.strip_prefix(&format!("{repository}.")).unwrap_or(name).to_owned();
    let mut infos = state["operation"]["info"].as_array().into_iter().flatten();
    let is_ours = if is_automated(item) {
        state["syncResult"]["revision"] == revision
    } else {
        infos.any(|info| info["value"] == request)
    };
    // The controller starts no sync where the new revision changes nothing, or only asks for pruning that is off.
    let is_well = sync["status"] == "Synced" || only_prunes(item);
    let needs_none = is_automated(item) && sync["revision"] == revision && is_well;
    match state["phase"].as_str().filter(|_| item.get("operation").is_none()) {
        Some("Succeeded") if is_ours || needs_none => Ok((folder, Ok(()))),
        Some("Failed" | "Error") if is_ours => {
            Ok((folder, Err(state["message"].as_str().unwrap_or_default().to_owned())))
        }
        _ => Err(format!("{name}: {status}")),
    }
}

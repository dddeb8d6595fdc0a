//! A change in Git as a pull request has it, without a forge: `main`, and a branch `change` checked out. Its commits are
//! the same in every run, so that whole answers can be asserted.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::gitea::Tree;
use crate::process::search_path;

/// A repository with a change.
pub(crate) struct Change {
    folder: PathBuf,
}

impl Change {
    /// Makes a repository in an empty folder.
    pub(crate) fn new(folder: PathBuf, before: &Tree, after: &Tree) -> Self {
        let change = Self { folder };
        change.git(&["init", "-q", "-b", "main"]);
        change.commit(before);
        change.git(&["checkout", "-q", "-b", "change"]);
        for path in before.keys().filter(|path| !after.contains_key(*path)) {
            change.git(&["rm", "-q", path]);
        }
        change.commit(after);
        change
    }

    /// Returns where it is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes files and commits them.
    fn commit(&self, files: &Tree) {
        for (path, text) in files {
            let path = self.folder.join(path);
            std::fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("the room takes folders");
            std::fs::write(path, text).expect("the room takes files");
        }
        self.git(&["add", "--all"]);
        self.git(&["commit", "-q", "-m", "x"]);
    }

    /// Runs `git` as the same person at the same time, always.
    fn git(&self, args: &[&str]) {
        let mut git = Command::new("git");
        git.args(args).current_dir(&self.folder).env_clear().env("PATH", search_path());
        git.envs([("HOME", "/nowhere"), ("GIT_CONFIG_NOSYSTEM", "1")]);
        for who in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{who}_NAME"), "x").env(format!("GIT_{who}_EMAIL"), "x@x.example");
            git.env(format!("GIT_{who}_DATE"), "2026-11-22T10:00:00Z");
        }
        let output = git.output().expect("`git` runs");
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Returns a kustomization of objects, one file each.
pub(crate) fn root(folder: &str, objects: &[Value]) -> Tree {
    let names: Vec<String> = (0..objects.len()).map(|at| format!("object-{at}.json")).collect();
    let file = |name: &str| format!("{folder}/{name}");
    let mut tree: Tree = names.iter().zip(objects).map(|(name, object)| (file(name), object.to_string())).collect();
    tree.insert(file("kustomization.yaml"), json!({"resources": names}).to_string());
    tree
}

/// Returns who applies a folder by a controller, from Git, and what that names on the cluster; all is in a namespace of
/// the folder's name.
pub(crate) fn owners(controller: &str, folder: &str) -> [Value; 2] {
    let object = |version: &str, kind: &str, spec: Value| {
        let metadata = json!({"name": folder, "namespace": folder});
        json!({"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec})
    };
    let (url, path) = ("https://git.example/z.git", format!("./{folder}"));
    if controller == "flux" {
        let from = json!({"kind": "GitRepository", "name": folder});
        let applied = json!({"path": path, "prune": true, "interval": "1h", "sourceRef": from});
        let source = json!({"url": url, "interval": "1h", "ref": {"branch": "main"}});
        return [
            object("kustomize.toolkit.fluxcd.io/v1", "Kustomization", applied),
            object("source.toolkit.fluxcd.io/v1", "GitRepository", source),
        ];
    }
    let options = if controller == "argocd-ssa" { json!(["ServerSideApply=true"]) } else { json!([]) };
    let applied = json!({
        "project": folder, "destination": {"namespace": folder, "server": "https://kubernetes.default.svc"},
        "source": {"repoURL": url, "path": folder, "targetRevision": "main"},
        "syncPolicy": {"automated": {"prune": true}, "syncOptions": options},
    });
    [object("argoproj.io/v1alpha1", "Application", applied), object("argoproj.io/v1alpha1", "AppProject", json!({}))]
}

/// Returns a folder of objects, and beside it who applies it.
pub(crate) fn applied(controller: &str, folder: &str, objects: &[Value]) -> Tree {
    let mut tree = root(folder, objects);
    tree.insert(format!("owners/{folder}.json"), owners(controller, folder)[0].to_string());
    tree
}

//! A repository with a proposal, and an API server on which Flux and the operator did their part: what tests start from.

use serde_json::{Value, json};

use crate::api::Api;
use crate::world::{NOW, Run, World};

/// The branch of its first stage.
pub(crate) const BRANCH: &str = "leeward/minio-a-1122/protect";
/// The path of the cluster.
pub(crate) const CLUSTER: &str = "/apis/pxc.percona.com/v1/namespaces/pxc-a/perconaxtradbclusters/cluster1";
/// The path of Flux' object.
pub(crate) const KUSTOMIZATION: &str =
    "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/pxc-a";
/// The path of its source.
pub(crate) const SOURCE: &str = "/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories/gitops";
/// The path of the first test backup.
pub(crate) const BACKUP: &str =
    "/apis/pxc.percona.com/v1/namespaces/pxc-a/perconaxtradbclusterbackups/leeward-minio-a-1122-1";

/// A repository and an API server.
pub(crate) struct Scene {
    /// The repository.
    pub(crate) world: World,
    /// The server.
    pub(crate) api: Api,
}

impl Scene {
    /// Returns the example repository with the failover of cluster A on its branch, not merged; the cluster as before.
    pub(crate) fn proposed() -> Self {
        Self::of(|_| {})
    }

    /// Returns the same with a base that is changed first.
    pub(crate) fn of(change: impl FnOnce(&World)) -> Self {
        let world = World::gitops();
        change(&world);
        let flags = ["propose", "--cluster", "pxc-a/cluster1", "--storage", "minio-a", "--to", "minio-b"];
        let proposed = world.leeward(&flags);
        assert_eq!(proposed.code, 0, "{}", proposed.stderr);
        let base = world.git(&["rev-parse", "main"]);
        let api = Api::start(vec![live(&world, "main"), kustomization(&base), source(&base)]);
        Self { world, api }
    }

    /// Returns the same merged and applied by Flux, the operator through with it, and no backup yet.
    pub(crate) fn applied() -> Self {
        let scene = Self::proposed();
        scene.merge_and_apply();
        scene
    }

    /// Merges the proposal; Flux and the operator do their part.
    pub(crate) fn merge_and_apply(&self) {
        let merge = self.merge();
        self.apply(&merge);
    }

    /// Merges the proposal and returns the merge.
    pub(crate) fn merge(&self) -> String {
        self.world.git(&["merge", "-q", "--no-ff", "-m", "Merge the failover", BRANCH]);
        self.world.git(&["rev-parse", "main"])
    }

    /// Has the target name another Secret, proposed, merged and applied.
    pub(crate) fn with_another_secret(&self) {
        self.world.replace("leeward.yaml", "minio-b-credentials", "minio-b-keys-2");
        self.world.commit("Another Secret");
        let flags = ["propose", "--cluster", "pxc-a/cluster1", "--storage", "minio-a", "--to", "minio-b"];
        let run = self.world.leeward(&[&flags[..], &["--incident", "minio-a-1122"]].concat());
        assert_eq!(run.code, 0, "{run:?}");
        self.merge_and_apply();
    }

    /// Dates the tip of the base anew and returns it.
    pub(crate) fn dated(&self, at: &str) -> String {
        let amend =
            ["-c", "user.name=A Person", "-c", "user.email=person@example.com", "commit", "-q", "--amend", "--no-edit"];
        let mut git = std::process::Command::new("git");
        git.current_dir(self.world.repo())
            .args(amend)
            .env("GIT_COMMITTER_DATE", at)
            .env("GIT_CONFIG_GLOBAL", "/dev/null");
        assert!(git.status().unwrap().success());
        self.world.git(&["rev-parse", "main"])
    }

    /// Plays Flux and the operator: a revision is fetched, applied and observed.
    pub(crate) fn apply(&self, revision: &str) {
        self.api.put(source(revision));
        self.api.put(kustomization(revision));
        self.api.put(live(&self.world, revision));
    }

    /// Runs the verb with the usual flags.
    pub(crate) fn verify(&self, more: &[&str]) -> Run {
        self.verify_at(NOW, more)
    }

    /// Runs the verb at another time.
    pub(crate) fn verify_at(&self, now: &str, more: &[&str]) -> Run {
        std::fs::write(self.world.top().join("kubeconfig"), self.api.kubeconfig()).unwrap();
        let words = [&["verify", "--kubeconfig", "../kubeconfig"], more].concat();
        let run = self.world.leeward_with(&words, &[("LEEWARD_NOW", now)]);
        let plain = |text: &str| text.replace(&format!("127.0.0.1:{}", self.api.port), "SERVER");
        Run { code: run.code, stdout: plain(&run.stdout), stderr: plain(&run.stderr) }
    }

    /// Returns a text with commits by their names.
    pub(crate) fn named(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, revision) in [("MERGE", "main"), ("OURS", BRANCH), ("BASE", "main~1")] {
            let id = self.world.git(&["rev-parse", "--short=7", revision]);
            text = text.replace(&id, name);
        }
        text
    }
}

/// Returns the cluster as a revision builds it, seen by the operator.
pub(crate) fn live(world: &World, revision: &str) -> Value {
    let built = world.leeward(&["build", "clusters/prod-a/pxc", "--base", revision]);
    assert_eq!(built.code, 0, "{}", built.stderr);
    let mut object: Value = serde_yaml::from_str(&built.stdout).unwrap();
    let metadata = json!({
        "generation": 2, "resourceVersion": "7", "uid": "u-cluster", "creationTimestamp": "2026-11-01T00:00:00Z",
        "labels": {"kustomize.toolkit.fluxcd.io/name": "pxc-a", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"},
    });
    for (name, value) in metadata.as_object().unwrap() {
        object["metadata"][name.as_str()] = value.clone();
    }
    object["status"] = json!({"state": "ready", "observedGeneration": 2});
    object
}

/// Returns Flux' object at a revision.
pub(crate) fn kustomization(revision: &str) -> Value {
    let at = format!("main@sha1:{revision}");
    let ready = json!({
        "type": "Ready", "status": "True", "reason": "ReconciliationSucceeded",
        "message": format!("Applied revision: {at}"), "lastTransitionTime": "2026-11-22T10:14:07Z",
    });
    json!({
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
        "metadata": {"name": "pxc-a", "namespace": "flux-system", "resourceVersion": "5", "generation": 1},
        "spec": {"path": "./clusters/prod-a/pxc", "prune": true,
            "sourceRef": {"kind": "GitRepository", "name": "gitops"}},
        "status": {"lastAppliedRevision": at, "lastAttemptedRevision": at, "observedGeneration": 1, "conditions": [ready]},
    })
}

/// Returns its source at a revision.
pub(crate) fn source(revision: &str) -> Value {
    json!({
        "apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository",
        "metadata": {"name": "gitops", "namespace": "flux-system", "resourceVersion": "5"},
        "spec": {"ref": {"branch": "main"}},
        "status": {"artifact": {"revision": format!("main@sha1:{revision}")}},
    })
}

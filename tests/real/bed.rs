//! The testbed of one run: each part is started when the first test asks for it, shared by all, and ended with the run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use crate::argo_parts::Argo;
use crate::flux::Flux;
use crate::gitea::Gitea;
use crate::kubernetes::Kubernetes;
use crate::minio::{Minio, Setup};
use crate::percona::Percona;
use crate::preview::Stage;
use crate::process::clean;
use crate::room::Room;

/// What runs, and in which room. A test isolates itself by namespaces and repositories of its own.
pub(crate) struct Bed {
    argo: OnceLock<Result<Argo, String>>,
    flux: OnceLock<Result<Flux, String>>,
    gitea: OnceLock<Result<Gitea, String>>,
    kubernetes: OnceLock<Result<Arc<Kubernetes>, String>>,
    // Before the operator's cluster, which they ask.
    operated_argo: OnceLock<Result<Argo, String>>,
    operated_flux: OnceLock<Result<Flux, String>>,
    percona: OnceLock<Result<Percona, String>>,
    stage: OnceLock<Result<Stage, String>>,
    room: Arc<Room>,
}

impl Bed {
    /// Returns a testbed in which nothing runs yet.
    pub(crate) fn new() -> Self {
        Self {
            argo: OnceLock::new(),
            flux: OnceLock::new(),
            gitea: OnceLock::new(),
            kubernetes: OnceLock::new(),
            operated_argo: OnceLock::new(),
            operated_flux: OnceLock::new(),
            percona: OnceLock::new(),
            stage: OnceLock::new(),
            room: Arc::new(Room::open()),
        }
    }

    /// Returns the cluster.
    pub(crate) fn kubernetes(&self) -> &Arc<Kubernetes> {
        part("Kubernetes", &self.kubernetes, || Kubernetes::start(&self.room).map(Arc::new))
    }

    /// Returns the cluster of the preview's tests, which other tests never see.
    pub(crate) fn stage(&self) -> &Stage {
        part("the preview's Kubernetes", &self.stage, Stage::start)
    }

    /// Returns the operator, on a cluster of its own.
    pub(crate) fn percona(&self) -> &Percona {
        part("the operator", &self.percona, Percona::start)
    }

    /// Returns Flux on the operator's cluster.
    pub(crate) fn operated_flux(&self) -> &Flux {
        let percona = self.percona();
        part("the operator's Flux", &self.operated_flux, || Flux::start(percona.room(), &percona.cluster))
    }

    /// Returns Argo CD on the operator's cluster.
    pub(crate) fn operated_argo(&self) -> &Argo {
        let percona = self.percona();
        part("the operator's Argo CD", &self.operated_argo, || Argo::start(percona.room(), &percona.cluster))
    }

    /// Returns the forge.
    pub(crate) fn gitea(&self) -> &Gitea {
        part("Gitea", &self.gitea, || Gitea::start(&self.room, "gitea"))
    }

    /// Returns Flux on the cluster.
    pub(crate) fn flux(&self) -> &Flux {
        let cluster = self.kubernetes();
        part("Flux", &self.flux, || Flux::start(&self.room, cluster))
    }

    /// Returns Argo CD on the cluster.
    pub(crate) fn argo(&self) -> &Argo {
        let cluster = self.kubernetes();
        part("Argo CD", &self.argo, || Argo::start(&self.room, cluster))
    }

    /// Returns the built program, as an administrator of the cluster runs it.
    pub(crate) fn leeward(&self, folder: &Path) -> Command {
        let mut command = clean(&self.room, env!("CARGO_BIN_EXE_leeward"));
        command.current_dir(folder).env("KUBECONFIG", self.kubernetes().kubeconfig());
        command
    }

    /// Returns a program with the environment of the room alone.
    pub(crate) fn tool(&self, program: &str) -> Command {
        clean(&self.room, program)
    }

    /// Returns a forge of a test's own, which it may end.
    pub(crate) fn another_gitea(&self, name: &'static str) -> Gitea {
        Gitea::start(&self.room, name).unwrap()
    }

    /// Returns an S3 server of a test's own, under a name of its own.
    pub(crate) fn minio(&self, name: &'static str, setup: Setup) -> Minio {
        Minio::start(&self.room, name, setup).unwrap()
    }

    /// Returns a folder of the room for one test.
    pub(crate) fn folder(&self, test: &str) -> PathBuf {
        self.room.folder(test)
    }

    /// Returns the memory in MiB of what runs.
    pub(crate) fn memory(&self) -> Vec<(&'static str, u64)> {
        let mut all = up(&self.kubernetes).map(|cluster| cluster.memory()).unwrap_or_default();
        all.extend(up(&self.stage).map(|stage| stage.cluster.memory()).unwrap_or_default());
        all.extend(up(&self.percona).map(Percona::memory).unwrap_or_default());
        all.extend(up(&self.operated_argo).into_iter().flat_map(Argo::memory));
        all.extend(up(&self.operated_flux).into_iter().flat_map(Flux::memory));
        all.extend(up(&self.gitea).map(Gitea::memory));
        all.extend(up(&self.flux).into_iter().flat_map(Flux::memory));
        all.extend(up(&self.argo).into_iter().flat_map(Argo::memory));
        all
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        // At once, so that the grace of one is the grace of all.
        self.room.ask_all_to_end();
        if let Some(percona) = up(&self.percona) {
            percona.ask_all_to_end();
        }
    }
}

/// Returns a part of the testbed, started by the first who asks; what failed to start fails each test that needs it.
#[expect(clippy::panic, reason = "a test cannot go on without the part")]
#[expect(clippy::print_stdout, reason = "a run says what it started and how long that took")]
fn part<'a, T>(name: &str, slot: &'a OnceLock<Result<T, String>>, start: impl FnOnce() -> Result<T, String>) -> &'a T {
    let part = slot.get_or_init(|| {
        let begun = Instant::now();
        let part = start();
        println!("{name}: {} after {:.1?}", if part.is_ok() { "up" } else { "down" }, begun.elapsed());
        part
    });
    part.as_ref().unwrap_or_else(|why| panic!("{name}: {why}"))
}

/// Returns a part that was started and came up.
fn up<T>(slot: &OnceLock<Result<T, String>>) -> Option<&T> {
    slot.get().and_then(|part| part.as_ref().ok())
}

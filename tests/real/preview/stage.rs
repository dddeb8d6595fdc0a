//! A cluster for the preview's tests alone, because they refuse, take away and break what other tests rely on; and the
//! built program on it, as whoever runs it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::change::Change;
use crate::kubernetes::Kubernetes;
use crate::process::clean;
use crate::room::{Room, until};

/// How long the API server may take to act on what it was told: rights, policies and definitions are caches.
const SETTLE: Duration = Duration::from_secs(30);
/// As which field manager Git before was applied.
const MANAGER: &str = "--field-manager=kustomize-controller";
/// The definitions of the kinds that are not the operator's.
const DEFINITIONS: &str = include_str!("definitions.yaml");

/// A cluster.
pub(crate) struct Stage {
    /// The cluster.
    pub(crate) cluster: Kubernetes,
    room: Arc<Room>,
}

/// What the program said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    /// Its exit code.
    pub(crate) code: i32,
    /// What it answered; the port of the API server is `PORT`.
    pub(crate) answer: String,
    /// What else it said, in the same way.
    pub(crate) aside: String,
}

impl Said {
    /// Returns all of it as one text.
    pub(crate) fn whole(&self) -> String {
        format!("exit {}\n{}{}", self.code, self.answer, self.aside)
    }
}

impl Stage {
    /// Starts a cluster that knows the kinds.
    pub(crate) fn start() -> Result<Self, String> {
        let room = Arc::new(Room::open());
        let cluster = Kubernetes::start(&room)?;
        let file = room.path().join("definitions.yaml");
        std::fs::write(&file, DEFINITIONS).map_err(|error| error.to_string())?;
        cluster.define(&[&file])?;
        Ok(Self { cluster, room })
    }

    /// Makes a folder for one test.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        self.room.folder(name)
    }

    /// Applies objects as Flux does.
    pub(crate) fn deploy(&self, objects: &[Value]) {
        let stream = objects.iter().fold(String::new(), |mut stream, object| {
            write!(stream, "{object}\n---\n").expect("a string takes text");
            stream
        });
        let args = ["apply", "--server-side", MANAGER, "-f", "-"];
        // A definition is served a moment after it is established.
        until(SETTLE, || self.cluster.feed(&args, &stream)).unwrap();
    }

    /// Previews a change as the administrator.
    pub(crate) fn preview(&self, change: &Change, args: &[&str]) -> Said {
        self.preview_as(self.cluster.kubeconfig(), change, args)
    }

    /// Previews a change with a kubeconfig.
    pub(crate) fn preview_as(&self, kubeconfig: &Path, change: &Change, args: &[&str]) -> Said {
        self.said(&mut self.command(kubeconfig, change, args))
    }

    /// Returns the command of a preview.
    pub(crate) fn command(&self, kubeconfig: &Path, change: &Change, args: &[&str]) -> Command {
        let mut leeward = clean(&self.room, env!("CARGO_BIN_EXE_leeward"));
        leeward.current_dir(change.folder()).env("KUBECONFIG", kubeconfig);
        leeward.args(["preview", "--base", "main"]).args(args);
        leeward
    }

    /// Runs a command to its end.
    pub(crate) fn said(&self, command: &mut Command) -> Said {
        let output = command.output().unwrap();
        let address = self.address();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&address, "https://127.0.0.1:PORT");
        Said { code: output.status.code().unwrap(), answer: text(&output.stdout), aside: text(&output.stderr) }
    }

    /// Returns a kubeconfig in which a part of the administrator's is replaced: `/users/0/user`.
    pub(crate) fn kubeconfig(&self, name: &str, replaced: &[(&str, Value)]) -> PathBuf {
        let mut config = self.config();
        for (pointer, value) in replaced {
            *config.pointer_mut(pointer).expect("a kubeconfig has the part") = value.clone();
        }
        let path = self.room.path().join(format!("{name}.kubeconfig"));
        std::fs::write(&path, config.to_string()).unwrap();
        path
    }

    /// Returns a kubeconfig of a service account.
    pub(crate) fn account(&self, namespace: &str, name: &str) -> PathBuf {
        let token = self.cluster.kubectl(&["create", "token", name, "-n", namespace]).unwrap();
        self.kubeconfig(name, &[("/users/0/user", json!({"token": token.trim()}))])
    }

    /// Returns the address of the API server.
    pub(crate) fn address(&self) -> String {
        self.config()["clusters"][0]["cluster"]["server"].as_str().expect("it is a text").to_owned()
    }

    /// Returns the port of the API server.
    pub(super) fn port(&self) -> u16 {
        let address = self.address();
        address.rsplit(':').next().and_then(|port| port.parse().ok()).expect("the address ends with a port")
    }

    /// Returns the administrator's kubeconfig.
    fn config(&self) -> Value {
        let text = std::fs::read_to_string(self.cluster.kubeconfig()).unwrap();
        serde_json::from_str(&text).unwrap()
    }
}

/// Asks until the answer is the wanted one, and asserts it.
pub(crate) fn becomes<T: std::fmt::Debug + PartialEq>(wanted: &T, mut ask: impl FnMut() -> T) {
    let mut last = ask();
    let _in_time = until(SETTLE, || {
        if last != *wanted {
            last = ask();
        }
        if last == *wanted { Ok(()) } else { Err(String::new()) }
    });
    assert_eq!(last, *wanted);
}

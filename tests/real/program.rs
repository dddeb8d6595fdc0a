//! Where the programs of the testbed lie: the user's own first, then what `tools/build.sh` has built. Builds nothing.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The programs that `KUBEBUILDER_ASSETS` stands for by convention.
const ASSETS: [&str; 3] = ["etcd", "kube-apiserver", "kubectl"];

/// Returns the path of a program: from `KUBEBUILDER_ASSETS`, from `LEEWARD_TESTBED_BIN`, or as built; `None` where it is not.
pub(crate) fn path(name: &str) -> Option<PathBuf> {
    let assets = folder("KUBEBUILDER_ASSETS").filter(|_| ASSETS.contains(&name));
    let own = assets.into_iter().chain(folder("LEEWARD_TESTBED_BIN")).map(|folder| folder.join(name));
    own.into_iter().find(|path| path.is_file()).or_else(|| built(name))
}

/// Returns the folder `beside` a program, with what it reads: manifests, templates; as upstream lays them out.
pub(crate) fn beside(name: &str) -> Option<PathBuf> {
    let of = |program: PathBuf| Some(program.parent()?.join("beside")).filter(|folder| folder.is_dir());
    path(name).and_then(of).or_else(|| built(name).and_then(of))
}

/// Returns those of the programs that are nowhere.
pub(crate) fn lacking<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let is_there = |name: &str| path(name).is_some();
    names.iter().copied().filter(|name| !is_there(name)).collect()
}

/// Returns the path that `build.sh` prints without building.
fn built(name: &str) -> Option<PathBuf> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real/tools/build.sh");
    let output = Command::new(script).args(["--built", name]).output().ok()?;
    output.status.success().then(|| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}

/// Returns the folder that a variable names.
#[expect(clippy::disallowed_methods, reason = "a machine says by the environment where its programs lie")]
fn folder(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

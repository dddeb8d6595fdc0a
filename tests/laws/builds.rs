//! Builds that owe nothing to the program under test: a revision checked out by git, built by kustomize or kubectl.

use std::collections::BTreeMap;
use std::process::Stdio;

use serde::Deserialize as _;
use serde_json::Value;
use tempfile::TempDir;

use crate::world::World;

/// The objects of a build by kind, namespace and name.
pub(crate) type Objects = BTreeMap<String, Value>;

/// A revision in a folder.
pub(crate) struct Checkout {
    /// The folder.
    folder: TempDir,
}

impl Checkout {
    /// Checks a revision out.
    pub(crate) fn of(world: &World, revision: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let archive = folder.path().join("tree.tar");
        world.git(&["archive", "-o", archive.to_str().unwrap(), revision]);
        let tar = world.command("tar").arg("-xf").arg(&archive).current_dir(folder.path()).status().unwrap();
        assert!(tar.success());
        Self { folder }
    }

    /// Builds a root, which has to build.
    pub(crate) fn build(&self, world: &World, root: &str) -> Objects {
        self.try_build(world, root).unwrap_or_else(|errors| panic!("`{root}` does not build: {errors}"))
    }

    /// Builds a root, or says why it does not build.
    pub(crate) fn try_build(&self, world: &World, root: &str) -> Result<Objects, String> {
        let mut command = match world.command("kustomize").arg("version").stdout(Stdio::null()).status() {
            Ok(_) => world.command("kustomize"),
            Err(_) => world.command("kubectl"),
        };
        command.arg(if command.get_program() == "kustomize" { "build" } else { "kustomize" });
        command.arg(self.folder.path().join(root)).args(["--load-restrictor", "LoadRestrictionsNone"]);
        let output = command.output().unwrap();
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let text = String::from_utf8(output.stdout).unwrap();
        let documents = serde_yaml::Deserializer::from_str(&text).map(|document| Value::deserialize(document).unwrap());
        Ok(documents.map(|object| (key(&object), object)).collect())
    }
}

/// Returns what tells an object from others.
fn key(object: &Value) -> String {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or("-");
    format!("{} {}/{}", text("/kind"), text("/metadata/namespace"), text("/metadata/name"))
}

//! What a build says, and where to look in it.

use std::collections::BTreeMap;

use serde::Deserialize as _;
use serde_json::Value;

use crate::estate::ROOT;
use crate::world::World;

/// The objects of a build.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Built(pub(crate) Vec<Value>);

impl Built {
    /// Builds the root of the work tree by the program, not by anything of leeward's.
    pub(crate) fn of(world: &World) -> Self {
        let build = |program: &str, verb: &str| {
            let mut command = world.command(program);
            command.current_dir(world.repo()).args([verb, ROOT]).output()
        };
        let output = build("kubectl", "kustomize").or_else(|_| build("kustomize", "build")).unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        Self(serde_yaml::Deserializer::from_str(&text).map(|document| Value::deserialize(document).unwrap()).collect())
    }

    /// Returns the one cluster.
    pub(crate) fn cluster(&self) -> &Value {
        self.0.iter().find(|object| object["kind"] == "PerconaXtraDBCluster").unwrap()
    }

    /// Returns its backup block.
    pub(crate) fn backup(&self) -> &Value {
        &self.cluster()["spec"]["backup"]
    }

    /// Returns its backup block, to break it.
    pub(crate) fn backup_mut(&mut self) -> &mut Value {
        let cluster = self.0.iter_mut().find(|object| object["kind"] == "PerconaXtraDBCluster").unwrap();
        &mut cluster["spec"]["backup"]
    }

    /// Returns its storages.
    pub(crate) fn storages(&self) -> BTreeMap<&str, &Value> {
        self.backup()["storages"].as_object().unwrap().iter().map(|(name, value)| (name.as_str(), value)).collect()
    }

    /// Returns its schedules.
    pub(crate) fn schedules(&self) -> &[Value] {
        self.backup()["schedule"].as_array().unwrap()
    }

    /// Returns the storage of binlogs where they are collected.
    pub(crate) fn binlogs(&self) -> Option<&str> {
        let pitr = &self.backup()["pitr"];
        pitr["storageName"].as_str().filter(|_| pitr["enabled"] == true)
    }

    /// Returns everything but the backup block of the cluster, by kind and name.
    pub(crate) fn surroundings(&self) -> BTreeMap<String, Value> {
        let entry = |object: &Value| {
            let mut object = object.clone();
            if object["kind"] == "PerconaXtraDBCluster" {
                object["spec"].as_object_mut().unwrap().remove("backup");
            }
            (format!("{}/{}", text(&object["kind"]), text(&object["metadata"]["name"])), object)
        };
        self.0.iter().map(entry).collect()
    }
}

/// Returns a text, empty where there is none.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Returns where the operator would write with a storage, as its own code joins it; `None` for volumes.
pub(crate) fn destination(storage: &Value) -> Option<String> {
    let s3 = storage.get("s3")?;
    let prefix = s3["prefix"].as_str().map(|prefix| format!("/{prefix}")).unwrap_or_default();
    Some(format!("{}/{}{prefix}", text(&s3["endpointUrl"]), text(&s3["bucket"])))
}

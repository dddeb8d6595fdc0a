//! Live objects from files: what `kubectl get -o yaml --show-managed-fields` or `-o json` printed, as one object, a `List`
//! or a stream. What the files do not hold was not looked at, which is not the same as absent (law 6).

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::Value;

use crate::failure::{Failure, refused};
use crate::model::live::{Reading, Reason, Trouble};
use crate::model::object::{Key, Object, ObjectId};
use crate::model::shell::kubectl_of;
use crate::model::yaml;

/// The largest file that is read.
const SIZE_MAX: u64 = 256 << 20;
/// What makes such files.
const MAKE: &str = "kubectl get KIND -A -o json --show-managed-fields";

/// The objects of some files.
pub(super) struct Given {
    /// By what tells them apart; the version may be any that the API server serves.
    objects: BTreeMap<Key<String>, Value>,
    /// What the report calls them.
    pub(super) name: String,
}

impl Given {
    /// Reads files, folders of files, and `-` for stdin.
    ///
    /// # Errors
    /// Refuses what holds no objects, and two different objects of one name.
    pub(super) fn read(paths: &[PathBuf]) -> anyhow::Result<Self> {
        let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        let mut given = Self { objects: BTreeMap::new(), name: format!("files: {}", names.join(", ")) };
        for path in paths {
            let read = given.take(path);
            read.with_context(|| format!("failed to read live objects from `{}`", path.display()))?;
        }
        Ok(given)
    }

    /// Returns what the files say of an object.
    pub(super) fn reading(&self, id: &ObjectId) -> Reading {
        self.objects.get(&id.owned_key()).cloned().map_or_else(|| Reading::Unread(unasked(id)), Reading::Found)
    }

    /// Takes in a path.
    fn take(&mut self, path: &Path) -> anyhow::Result<()> {
        if path == Path::new("-") {
            let mut bytes = Vec::new();
            std::io::stdin().lock().take(SIZE_MAX + 1).read_to_end(&mut bytes)?;
            return self.add(&bytes);
        }
        if !path.exists() {
            return Err(refused("no such file").hint("--live PATH").into());
        }
        if !path.is_dir() {
            return self.take_file(path);
        }
        let mut files: Vec<PathBuf> = Vec::new();
        for entry in std::fs::read_dir(path)? {
            files.push(entry?.path());
        }
        // A pipe in a folder would be waited for without end.
        files.retain(|file| file.is_file());
        files.retain(|file| {
            file.extension().is_some_and(|end| ["yaml", "yml", "json"].iter().any(|known| end == *known))
        });
        files.sort();
        if files.is_empty() {
            return Err(refused("no YAML or JSON file in the folder").hint(MAKE).into());
        }
        for file in files {
            self.take_file(&file).with_context(|| format!("failed to read file `{}`", file.display()))?;
        }
        Ok(())
    }

    /// Takes in a file; a pipe is read like one.
    fn take_file(&mut self, file: &Path) -> anyhow::Result<()> {
        let mut bytes = Vec::new();
        std::fs::File::open(file)?.take(SIZE_MAX + 1).read_to_end(&mut bytes)?;
        self.add(&bytes)
    }

    /// Takes in a text.
    fn add(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        if bytes.len() as u64 > SIZE_MAX {
            return Err(refused(format!("it has more than {} MiB", SIZE_MAX >> 20)).hint(MAKE).into());
        }
        let text = std::str::from_utf8(bytes).map_err(|_| refused("it is not UTF-8").hint(MAKE))?;
        let values = values(text)?;
        if values.is_empty() {
            return Err(refused("it holds no object").hint(MAKE).into());
        }
        values.into_iter().try_for_each(|value| self.object(value))
    }

    /// Takes in an object, or those of a list.
    fn object(&mut self, mut value: Value) -> anyhow::Result<()> {
        let is_list = value.get("kind").and_then(Value::as_str).is_some_and(|kind| kind.ends_with("List"));
        if let Some(items) = value.get_mut("items").filter(|items| is_list && items.is_array()) {
            let Value::Array(items) = items.take() else { return Ok(()) };
            return items.into_iter().try_for_each(|item| self.object(item));
        }
        let Object { id, value } = Object::new(value);
        if id.kind.is_empty() || id.name.is_empty() {
            return Err(refused("it holds something without `kind` or `metadata.name`").hint(MAKE).into());
        }
        let key = id.owned_key();
        if self.objects.get(&key).is_some_and(|other| bare(other) != bare(&value)) {
            return Err(refused(format!("`{id}` is there twice, and not the same")).hint("--live PATH").into());
        }
        self.objects.insert(key, value);
        Ok(())
    }
}

/// Returns an object without what the API server counts on with every write.
fn bare(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("resourceVersion");
    }
    object
}

/// Returns the values of a text in JSON or YAML, of which the first is also the second, but read without its bounds.
fn values(text: &str) -> Result<Vec<Value>, Failure> {
    if text.trim_start().starts_with(['{', '[']) {
        let json = serde_json::Deserializer::from_str(text).into_iter().collect::<Result<Vec<Value>, _>>();
        let not_json = |error| refused(format!("it is no JSON: {error}")).hint(MAKE);
        return json.map_err(not_json).or_else(|failure| yaml::documents(text).map_err(|_| failure));
    }
    yaml::documents(text).map_err(|failure| failure.hint(MAKE))
}

/// Why nothing is known of an object that the files do not hold.
fn unasked(id: &ObjectId) -> Trouble {
    let trouble = Trouble::new(Reason::NotAsked, "it is not in the live files, which is not the same as absent");
    let hint = kubectl_of("get", id).map(|command| format!("{command} -o yaml --show-managed-fields"));
    hint.into_iter().fold(trouble, Trouble::hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns what a text gives.
    fn given(text: &str) -> Result<Vec<Key<String>>, String> {
        let mut given = Given { objects: BTreeMap::new(), name: String::new() };
        given.add(text.as_bytes()).map_err(|error| error.to_string())?;
        Ok(given.objects.into_keys().collect())
    }

    #[test]
    fn reads_objects_lists_and_streams_in_yaml_and_json() {
        let key = |kind: &str, name: &str| (String::new(), kind.to_owned(), Some("a".to_owned()), name.to_owned());
        let (one, two) = (key("ConfigMap", "one"), key("ConfigMap", "two"));
        let object =
            |name: &str| format!("{{kind: ConfigMap, apiVersion: v1, metadata: {{name: {name}, namespace: a}}}}");
        let want = Ok(vec![one, two]);
        let (first, second) = (object("one"), object("two"));
        assert_eq!(given(&format!("---\n{first}\n---\n{second}\n---\n")), want);
        assert_eq!(given(&format!("apiVersion: v1\nkind: List\nitems: [{first}, {second}]\n")), want);
        let json = |name: &str| format!(r#"{{"kind":"ConfigMap","metadata":{{"name":"{name}","namespace":"a"}}}}"#);
        assert_eq!(given(&format!("{}\n{}", json("one"), json("two"))), want);
        let list = format!(r#"{{"kind":"ConfigMapList","items":[{},{}]}}"#, json("one"), json("two"));
        assert_eq!(given(&list), want);
    }

    #[test]
    fn refuses_what_holds_no_objects() {
        assert_eq!(given(""), Err("it holds no object".to_owned()));
        assert_eq!(given("a: 1"), Err("it holds something without `kind` or `metadata.name`".to_owned()));
        let twice = "{kind: A, metadata: {name: x}}\n---\n{kind: A, metadata: {name: x}, spec: 1}";
        assert_eq!(given(twice), Err("`A x` is there twice, and not the same".to_owned()));
        assert!(given("{\"kind\": ").unwrap_err().starts_with("it is no JSON: "));
    }

    #[test]
    fn an_object_with_items_is_no_list_and_keeps_them() {
        let mut given = Given { objects: BTreeMap::new(), name: String::new() };
        given.add(b"{apiVersion: x.example/v1, kind: Menu, metadata: {name: m}, items: [1, 2]}").unwrap();
        let menu = given.objects.values().next().unwrap();
        assert_eq!(menu["items"], serde_json::json!([1, 2]));
    }

    #[test]
    fn what_a_hint_has_typed_is_quoted_and_no_option() {
        let hint = |name: &str| {
            let value = serde_json::json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}});
            unasked(&Object::new(value).id).hint
        };
        let quoted = "kubectl get configmap 'x; reboot' -o yaml --show-managed-fields";
        assert_eq!(hint("x; reboot").as_deref(), Some(quoted));
        assert_eq!(hint("--server=http://evil"), None);
    }
}

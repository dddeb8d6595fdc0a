//! The edit on every real kustomization of the corpus: what is accepted is right and comes out again byte for byte.
//! Needs the corpus: `LEEWARD_CORPUS`, else `../shared/data/kustomize-corpus`; says by name what it skips without it.

#![expect(clippy::unwrap_used, reason = "a test: it may fail loudly")]

#[path = "../skip.rs"]
mod skip;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use leeward::model::yaml;
use leeward::render::edit::{Item, PatchTarget, insert, take_back};
use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};

/// The names kustomize looks for.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

#[test]
fn edits_every_real_kustomization_or_says_why_not() {
    let Some(files) = real_kustomizations() else { return };
    for item in [component("recovery/minio-a-1122"), patch()] {
        let mut refusals: BTreeMap<String, Vec<&Path>> = BTreeMap::new();
        let mut n_accepted = 0;
        for (path, bytes) in &files {
            match insert(bytes, &item) {
                Ok(after) => {
                    assert_right(path, bytes, &after, &item);
                    n_accepted += 1;
                }
                Err(failure) => refusals.entry(reason(&failure.fact)).or_default().push(path),
            }
        }
        println!("{}: {n_accepted} of {} accepted", item.list().key(), files.len());
        for (reason, paths) in refusals {
            println!("  {} refused: {reason}, as {}", paths.len(), paths[0].display());
        }
        assert!(n_accepted * 100 >= files.len() * 95, "fewer than 95 % accepted");
    }
}

#[test]
fn takes_two_items_out_of_every_real_kustomization_in_any_order() {
    let Some(files) = real_kustomizations() else { return };
    let (first, second) = (component("recovery/minio-a-1122"), component("recovery/minio-b-1123"));
    for (path, bytes) in &files {
        let Ok(one) = insert(bytes, &first) else { continue };
        let both = insert(&one, &second).unwrap();
        let other = take_back(&both, first.path()).unwrap().unwrap();
        assert!(other == insert(bytes, &second).unwrap(), "{}", path.display());
        assert!(take_back(&other, second.path()).unwrap().as_ref() == Some(bytes), "{}", path.display());
        assert!(take_back(&both, second.path()).unwrap() == Some(one), "{}", path.display());
    }
}

/// Asserts that the edit only inserts lines, says the item and nothing else, and comes out again.
fn assert_right(path: &Path, before: &[u8], after: &[u8], item: &Item) {
    let path = path.display();
    let changes = TextDiff::from_lines(str::from_utf8(before).unwrap(), str::from_utf8(after).unwrap());
    let n_deleted = changes.iter_all_changes().filter(|change| change.tag() == ChangeTag::Delete).count();
    // A last line without an ending gets one.
    assert!(n_deleted <= usize::from(!before.ends_with(b"\n")), "{path}: changes a line");
    assert!(after.len() > before.len(), "{path}: adds nothing");
    assert_eq!(value(after), with_item(value(before), item), "{path}: says something else");
    assert!(take_back(after, item.path()).unwrap().as_deref() == Some(before), "{path}: does not come out");
}

/// Returns the value with the item last in its list.
fn with_item(mut value: Value, item: &Item) -> Value {
    let (name, element) = match item {
        Item::Component { path } => ("components", json!(path)),
        Item::Patch { path, target } => {
            let PatchTarget { group, version, kind, name, .. } = target;
            let target = json!({ "group": group, "version": version, "kind": kind, "name": name });
            ("patches", json!({ "path": path, "target": target }))
        }
    };
    let fields = value.as_object_mut().unwrap();
    let list = fields.entry(name).or_insert(json!(null));
    let mut elements = list.as_array().cloned().unwrap_or_default();
    elements.push(element);
    *list = Value::Array(elements);
    value
}

/// Returns the first document.
fn value(bytes: &[u8]) -> Value {
    yaml::documents(str::from_utf8(bytes).unwrap().trim_start_matches('\u{feff}')).unwrap().remove(0)
}

/// Returns a refusal without what differs from file to file.
fn reason(fact: &str) -> String {
    fact.split_once(": ").filter(|(line, _)| line.starts_with("line ")).map_or(fact, |(_, fact)| fact).to_owned()
}

/// Returns the component inserted.
fn component(path: &str) -> Item {
    Item::Component { path: path.to_owned() }
}

/// Returns the patch inserted.
fn patch() -> Item {
    let target = PatchTarget {
        group: "pxc.percona.com".to_owned(),
        version: "v1".to_owned(),
        kind: "PerconaXtraDBCluster".to_owned(),
        name: "^db-main$".to_owned(),
        namespace: None,
    };
    Item::Patch { path: "recovery/minio-a-1122/backup-patch.yaml".to_owned(), target }
}

/// Returns every real kustomization with its bytes, `None` and a word about it without the corpus.
fn real_kustomizations() -> Option<Vec<(PathBuf, Vec<u8>)>> {
    #[expect(clippy::disallowed_methods, reason = "the tests' own switch, no setting of the program")]
    let corpus = std::env::var_os("LEEWARD_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/kustomize-corpus"), PathBuf::from);
    let real = corpus.join("real");
    if !real.is_dir() {
        let why = format!("no corpus at `{}` (set LEEWARD_CORPUS)", real.display());
        skip::skip(Some("corpus"), "edits_every_real_kustomization_or_says_why_not", &why);
        return None;
    }
    let mut files = Vec::new();
    let mut folders = vec![real];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let (path, kind) = (entry.path(), entry.file_type().unwrap());
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() && NAMES.iter().any(|name| entry.file_name() == *name) {
                files.push((path.clone(), fs::read(path).unwrap()));
            }
        }
    }
    files.sort();
    Some(files)
}

//! What a patch of a controller can undo: the backup block of a cluster, names, or neither.
//! Errs on the grave side: what cannot be read may touch the backup block.

use serde_json::Value;

use super::TransformEffect;
use crate::model::object::{PXC_GROUP, PXC_KIND};
use crate::model::yaml;

/// The block that a recovery changes, as a JSON pointer.
const BLOCK: &str = "/spec/backup";

/// Returns the effect of an entry `{patch, target, options}`.
pub(super) fn entry(entry: &Value) -> TransformEffect {
    let target = entry.get("target").filter(|target| !target.is_null());
    let renames = entry.pointer("/options/allowNameChange") == Some(&Value::Bool(true));
    let least = if renames { TransformEffect::Names } else { TransformEffect::Other };
    let documents = match entry.get("patch") {
        Some(Value::String(text)) => yaml::documents(text).unwrap_or_default(),
        Some(value) => vec![value.clone()],
        None => Vec::new(),
    };
    let effects = documents.iter().map(|patch| document(patch, target));
    effects.min().map_or(TransformEffect::BackupBlock, |effect| effect.min(least))
}

/// Returns the effect of one patch.
pub(super) fn document(patch: &Value, target: Option<&Value>) -> TransformEffect {
    let selects = |group: &str, kind: &str| match target {
        Some(target) => may_be(target.get("group"), group) && may_be(target.get("kind"), kind),
        None => may_be(patch.get("kind"), kind),
    };
    let selects_cluster = selects(PXC_GROUP, PXC_KIND);
    if selects_cluster && touches_block(patch) {
        return TransformEffect::BackupBlock;
    }
    if renames(patch) && (selects_cluster || selects("", "Secret")) {
        return TransformEffect::Names;
    }
    TransformEffect::Other
}

/// Returns the effect of fields that a controller leaves unapplied: pointers in `paths` or `jsonPointers`, or jq.
pub(super) fn ignored(entry: &Value, target: Option<&Value>) -> TransformEffect {
    let target = target.unwrap_or(&Value::Null);
    let list = |name: &str| entry.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let has_block = list("paths").chain(list("jsonPointers")).any(covers_block)
        || list("jqPathExpressions").any(|jq| jq.contains("backup") || !jq.trim_start_matches(".spec").contains('.'))
        || list("managedFieldsManagers").next().is_some();
    if has_block && may_be(target.get("group"), PXC_GROUP) && may_be(target.get("kind"), PXC_KIND) {
        TransformEffect::BackupBlock
    } else {
        TransformEffect::Other
    }
}

/// Returns whether a selector, an anchored regular expression, may select a word; plain words select themselves.
fn may_be(selector: Option<&Value>, word: &str) -> bool {
    match selector.and_then(Value::as_str) {
        None | Some("") => true,
        Some(text) if text.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-') && text != ".*" => {
            text == word
        }
        Some(_) => true,
    }
}

/// Returns whether a patch can change the backup block of the object it applies to.
fn touches_block(patch: &Value) -> bool {
    match patch {
        Value::Array(operations) => operations.iter().any(|operation| match paths(operation) {
            Some(paths) => paths.into_iter().any(covers_block),
            None => true,
        }),
        Value::Object(fields) => match fields.get("spec") {
            _ if fields.contains_key("$patch") => true,
            None => false,
            Some(Value::Object(spec)) => spec.contains_key("backup") || spec.contains_key("$patch"),
            Some(_) => true,
        },
        _ => true,
    }
}

/// Returns the paths an operation of a JSON patch changes; `None` when it is none.
fn paths(operation: &Value) -> Option<Vec<&str>> {
    let path = operation.get("path")?.as_str()?;
    match operation.get("op")?.as_str()? {
        "test" => Some(Vec::new()),
        "move" => Some(vec![path, operation.get("from")?.as_str()?]),
        _ => Some(vec![path]),
    }
}

/// Returns whether a JSON pointer names the block, something in it, or something it is part of.
fn covers_block(pointer: &str) -> bool {
    let is_under =
        |path: &str, top: &str| path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    is_under(pointer, BLOCK) || is_under(BLOCK, pointer)
}

/// Returns whether a JSON patch changes the name; a merge patch cannot, without `allowNameChange`.
fn renames(patch: &Value) -> bool {
    let operations = patch.as_array().into_iter().flatten();
    operations.filter_map(paths).flatten().any(|path| ["", "/metadata", "/metadata/name"].contains(&path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The effect of a patch text with a target.
    fn effect(patch: &str, target: &Value) -> TransformEffect {
        entry(&json!({"patch": patch, "target": target}))
    }

    #[test]
    fn json_patches_are_judged_by_path_and_target() {
        use TransformEffect::{BackupBlock, Names, Other};
        let pxc = || json!({"kind": "PerconaXtraDBCluster"});
        for (patch, target, want) in [
            ("- {op: replace, path: /spec/backup/pitr/enabled, value: true}", pxc(), BackupBlock),
            ("- {op: replace, path: /spec, value: {}}", pxc(), BackupBlock),
            ("- {op: add, path: /spec/backupX, value: 1}", pxc(), Other),
            ("- {op: move, path: /spec/x, from: /spec/backup/image}", pxc(), BackupBlock),
            ("- {op: test, path: /spec/backup/image, value: x}", pxc(), Other),
            ("- {op: replace, path: /spec/backup, value: {}}", json!({"kind": "Deployment"}), Other),
            ("- {op: replace, path: /spec/backup, value: {}}", json!({"kind": "Percona.*"}), BackupBlock),
            ("- {op: replace, path: /spec/backup, value: {}}", json!({"name": "x"}), BackupBlock),
            ("- {op: replace, path: /metadata/name, value: x}", json!({"kind": "Secret"}), Names),
            ("- {op: replace, path: /metadata/name, value: x}", json!({"kind": "Service"}), Other),
            ("- [", pxc(), BackupBlock),
            ("- just text", pxc(), BackupBlock),
        ] {
            assert_eq!(effect(patch, &target), want, "{patch} on {target}");
        }
    }

    #[test]
    fn merge_patches_are_judged_by_kind_and_spec() {
        use TransformEffect::{BackupBlock, Names, Other};
        let merge = |patch: &str| entry(&json!({"patch": patch}));
        assert_eq!(merge("kind: PerconaXtraDBCluster\nspec: {backup: {}}"), BackupBlock);
        assert_eq!(merge("kind: PerconaXtraDBCluster\n$patch: delete"), BackupBlock);
        assert_eq!(merge("kind: PerconaXtraDBCluster\nspec: null"), BackupBlock);
        assert_eq!(merge("kind: PerconaXtraDBCluster\nspec: {pxc: {size: 3}}"), Other);
        assert_eq!(merge("kind: Deployment\nspec: {backup: {}}"), Other);
        assert_eq!(
            entry(&json!({"patch": "metadata: {name: x}", "target": {}, "options": {"allowNameChange": true}})),
            Names
        );
        assert_eq!(entry(&json!({"path": "patch.yaml"})), BackupBlock);
    }

    #[test]
    fn ignored_fields_never_reach_the_cluster() {
        let group = "pxc.percona.com";
        let rule = json!({"group": group, "kind": "PerconaXtraDBCluster", "jsonPointers": ["/spec/backup/schedule"]});
        assert_eq!(ignored(&rule, Some(&rule)), TransformEffect::BackupBlock);
        let rule = json!({"group": group, "kind": "PerconaXtraDBCluster", "jqPathExpressions": [".spec.pxc.size"]});
        assert_eq!(ignored(&rule, Some(&rule)), TransformEffect::Other);
        let rule = json!({"group": "apps", "kind": "Deployment", "jsonPointers": ["/spec"]});
        assert_eq!(ignored(&rule, Some(&rule)), TransformEffect::Other);
    }
}

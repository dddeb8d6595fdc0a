//! Guards on places: an entry that the operator would read otherwise than written, or that does not help.

use std::collections::BTreeSet;

use super::Context;
use crate::model::backup::Storage;
use crate::model::finding::{Finding, Level};
use crate::model::name::is_dns_label;
use crate::model::place::{Endpoint, shown_url};
use crate::model::secret::secrets_in;

/// The fields of `s3` that change how the operator speaks to a place, beside `prefix` (operator.md 1).
const SINCE_1_20: [&str; 3] = ["forcePathStyle", "skipBucketExistsCheck", "checksumAlgorithm"];

/// Returns what is wrong with places.
pub(super) fn check(context: &Context) -> Vec<Finding> {
    let backup = &context.desired.backup;
    let used = backup.storages.values().filter(|storage| backup.uses(&storage.name) || is_home(context, storage));
    let mut findings: Vec<Finding> = used.flat_map(|storage| of_storage(context, storage)).collect();
    findings.extend(context.new_homes().flat_map(|storage| unknown_fields(context, storage)));
    // The entries of a recovery come from one target: what is wrong with it is said once.
    let mut said = BTreeSet::new();
    findings.retain(|finding| finding.level != Level::Refuse || said.insert(finding.id));
    findings.extend(copied_options(context));
    findings.extend(secrets_in_git(context));
    findings.extend(dangling(context));
    findings
}

/// Returns whether backups or binlogs of this incident go to an entry.
fn is_home(context: &Context, storage: &Storage) -> bool {
    context.new_homes().any(|home| home.name == storage.name)
}

/// Returns what is wrong with one entry: refused where the incident depends on it, else warned about.
fn of_storage(context: &Context, storage: &Storage) -> Vec<Finding> {
    let level = if is_home(context, storage) { Level::Refuse } else { Level::Warn };
    let name = &storage.name;
    let mut findings = Vec::new();
    let mut add = |id, fact: String, hint: String| findings.push(Finding { id, level, fact, hint: Some(hint) });
    if storage.kind() == "s3" && storage.text("bucket").is_none_or(|bucket| bucket.starts_with('/')) {
        let fact = format!(
            "storage `{name}` has no bucket: the operator writes the backup into the pod and reports it succeeded"
        );
        add("bucket-empty", fact, format!("storages.{name}.s3.bucket"));
    }
    if let Some(Err(fault)) = storage.text("endpointUrl").map(Endpoint::parse) {
        let url = shown_url(storage.text("endpointUrl").unwrap_or_default());
        add(
            "endpoint-unusable",
            format!("endpoint `{url}` of storage `{name}` {fault}"),
            format!("storages.{name}.s3.endpointUrl"),
        );
    }
    if storage.text("prefix").is_some_and(|prefix| prefix.starts_with('/')) {
        let fact = format!("prefix of storage `{name}` starts with a slash: what is written is not what is recorded");
        add("prefix-slash", fact, format!("storages.{name}.s3.prefix"));
    }
    if !is_dns_label(name) {
        let fact = format!("storage name `{name}` is not a DNS label: it becomes part of names and labels of backups");
        add("storage-name", fact, "rename the entry".to_owned());
    }
    if storage.kind() == "s3"
        && !storage.verifies_tls()
        && storage.text("endpointUrl").is_some_and(|url| url.starts_with("https"))
    {
        let fact =
            format!("storage `{name}` does not verify certificates: whoever is on the way can read and change backups");
        findings.push(Finding::warn("tls-unverified", fact).hint("ca: {secret: NAME, key: ca.crt}"));
    }
    findings
}

/// Refuses fields that the operator's CRD drops in silence (operator.md 1).
fn unknown_fields(context: &Context, storage: &Storage) -> Vec<Finding> {
    let rules = context.subject.rules;
    let is_set = |field: &str| storage.value.pointer(&format!("/s3/{field}")).is_some_and(|value| !value.is_null());
    let fact = |field: &str| {
        format!("`{field}` of storage `{}` is dropped in silence by operator {}", storage.name, rules.operator)
    };
    let mut findings = Vec::new();
    if is_set("caBundle") && !rules.has_ca_bundle() {
        let hint = "verifyTLS: false until the operator is 1.19";
        findings.push(Finding::refuse("ca-dropped", fact("caBundle")).hint(hint));
    }
    if is_set("prefix") && !rules.has_s3_prefix() {
        findings.push(Finding::refuse("prefix-dropped", fact("prefix")).hint("bucket: BUCKET/PREFIX"));
    }
    for field in SINCE_1_20.iter().filter(|field| is_set(field) && !rules.has_s3_prefix()) {
        findings.push(Finding::refuse("field-dropped", fact(field)).hint(format!("leave out {field}")));
    }
    findings
}

/// Notes that options of containers were copied: they may speak of the old place.
fn copied_options(context: &Context) -> Option<Finding> {
    let copied = |storage: &&Storage| context.is_new(&storage.name) && storage.value.get("containerOptions").is_some();
    let storage = context.new_homes().find(copied)?;
    let fact = format!("`containerOptions` of `{}` are those of the storage that failed", storage.name);
    Some(Finding::note("container-options-copied", fact))
}

/// Warns about secrets that were copied with the fields about pods: they are in Git already, and would be once more.
fn secrets_in_git(context: &Context) -> Option<Finding> {
    let holds = |storage: &&Storage| context.is_new(&storage.name) && !secrets_in(&storage.value).is_empty();
    let storage = context.new_homes().find(holds)?;
    let fact = format!("`containerOptions` of `{}` hold what could be a secret, copied as it is", storage.name);
    Some(Finding::warn("secret-in-git", fact).hint("valueFrom: {secretKeyRef: {name: SECRET, key: KEY}}"))
}

/// Refuses a writer without a storage: nothing would be proven, and the operator refuses the whole CR.
fn dangling(context: &Context) -> Vec<Finding> {
    let backup = &context.desired.backup;
    let schedules =
        backup.schedules.iter().map(|schedule| (format!("schedule `{}`", schedule.name), &*schedule.storage));
    let writers = schedules.chain(backup.pitr_on().map(|name| ("point-in-time recovery".to_owned(), name)));
    let missing = writers.filter(|(_, name)| !backup.storages.contains_key(*name));
    let finding = |(writer, name): (String, &str)| {
        Finding::refuse("storage-dangling", format!("{writer} names storage `{name}`, which the cluster does not list"))
            .hint(format!("storages.{name}"))
    };
    missing.map(finding).collect()
}

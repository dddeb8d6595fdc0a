//! Guards on places: an entry that the operator would read otherwise than written, or that does not help.

use super::Context;
use crate::model::backup::Storage;
use crate::model::finding::{Finding, Level};
use crate::model::incident::{Action, Stage};
use crate::model::name::is_dns_label;
use crate::model::place::{Endpoint, shown_url};

/// Returns what is wrong with places.
pub(super) fn check(context: &Context) -> Vec<Finding> {
    let backup = &context.desired.backup;
    let used = backup.storages.values().filter(|storage| backup.uses(&storage.name) || is_home(context, storage));
    let mut findings: Vec<Finding> = used.flat_map(|storage| of_storage(context, storage)).collect();
    findings.extend(context.new_homes().filter_map(|storage| same_place(context, storage)));
    findings.extend(context.new_homes().flat_map(|storage| unknown_fields(context, storage)));
    findings.extend(copied_options(context));
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

/// Refuses a target on the endpoint that failed.
fn same_place(context: &Context, storage: &Storage) -> Option<Finding> {
    let moves = context.request.action != Action::Rotate && context.request.stage == Stage::Protect;
    (moves && storage.endpoint() == context.desired.affected.endpoint).then(|| {
        let fact = format!("storage `{}` is on `{}`, the endpoint that failed", storage.name, storage.endpoint());
        Finding::refuse("target-is-failed-place", fact).hint("--to a target on another endpoint")
    })
}

/// Refuses fields that the operator's CRD drops in silence (operator.md 1).
fn unknown_fields(context: &Context, storage: &Storage) -> Vec<Finding> {
    let rules = context.subject.rules;
    let dropped = |field: &'static str, is_known: bool| {
        let is_set = storage.value.pointer(&format!("/s3/{field}")).is_some();
        (is_set && !is_known).then_some(field)
    };
    let fields = [
        (dropped("caBundle", rules.has_ca_bundle()), "ca-dropped", "verifyTLS: false until the operator is 1.19"),
        (dropped("prefix", rules.has_s3_prefix()), "prefix-dropped", "bucket: BUCKET/PREFIX"),
        (dropped("forcePathStyle", rules.has_s3_prefix()), "field-dropped", "leave the field out"),
    ];
    let finding = |(field, id, hint): (Option<&str>, &'static str, &str)| {
        let fact =
            format!("`{}` of storage `{}` is dropped in silence by operator {}", field?, storage.name, rules.operator);
        Some(Finding::refuse(id, fact).hint(hint))
    };
    fields.into_iter().filter_map(finding).collect()
}

/// Notes that options of containers were copied: they may speak of the old place.
fn copied_options(context: &Context) -> Option<Finding> {
    let copied = |storage: &&Storage| context.is_new(&storage.name) && storage.value.get("containerOptions").is_some();
    let storage = context.new_homes().find(copied)?;
    let fact = format!("`containerOptions` of `{}` are those of the storage that failed", storage.name);
    Some(Finding::note("container-options-copied", fact))
}

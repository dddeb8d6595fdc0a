//! Guards on schedules: lost runs, frozen retention, expressions that the operator does not survive.

use serde_json::Value;

use super::Context;
use crate::model::backup::{Backup, Schedule};
use crate::model::cron::{Hazard, hazard};
use crate::model::finding::{Finding, Level};
use crate::model::incident::Stage;

/// The characters of a name of a cluster or a storage that the operator puts into a backup's name (operator.md 2).
const NAME_PART: usize = 16;

/// Returns what is wrong with schedules.
pub(super) fn check(context: &Context) -> Vec<Finding> {
    let mut findings = name_pairs(context);
    findings.extend(context.desired.backup.schedules.iter().filter_map(of_cron));
    if context.request.stage == Stage::Protect {
        findings.extend(frozen(context));
        findings.extend(bucket_rules(context));
        findings.extend(moved(context).flat_map(|schedule| of_retention(context, schedule)));
    }
    findings
}

/// Returns the schedules as they were before they moved.
fn moved<'a>(context: &'a Context) -> impl Iterator<Item = &'a Schedule> {
    let moves = |schedule: &&Schedule| context.desired.affected.covers(&schedule.storage);
    let is_moving = !context.desired.incident.schedules.is_empty();
    context.subject.bare.backup.schedules.iter().filter(moves).filter(move |_| is_moving)
}

/// Refuses two schedules whose backups get one name: the operator drops one run in silence (operator.md 12.5).
fn name_pairs(context: &Context) -> Vec<Finding> {
    let before = same_named(&context.subject.bare.backup);
    let after = same_named(&context.desired.backup);
    let level = if after.len() > before.len() { Level::Refuse } else { Level::Warn };
    let finding = |(a, b): &(&Schedule, &Schedule)| Finding {
        id: "backup-name-shared",
        level,
        fact: format!(
            "schedules `{}` and `{}` have one cron and storages that start alike (`{}`): their backups get one name and one run is lost",
            a.name,
            b.name,
            name_part(&a.storage)
        ),
        hint: Some("--to a target with another name".to_owned()),
    };
    after.iter().map(finding).collect()
}

/// Returns the pairs of schedules with one cron and one start of the storage's name.
fn same_named(backup: &Backup) -> Vec<(&Schedule, &Schedule)> {
    let schedules = &backup.schedules;
    let same = |a: &Schedule, b: &Schedule| a.cron == b.cron && name_part(&a.storage) == name_part(&b.storage);
    let pairs = schedules.iter().enumerate().flat_map(|(index, a)| schedules[index + 1..].iter().map(move |b| (a, b)));
    pairs.filter(|(a, b)| same(a, b)).collect()
}

/// Returns the part of a cluster's or a storage's name that goes into a backup's name.
pub(in crate::plan) fn name_part(name: &str) -> String {
    name.chars().take(NAME_PART).collect()
}

/// Warns about an expression that the operator does not survive; leeward changes none.
fn of_cron(schedule: &Schedule) -> Option<Finding> {
    let why = match hazard(&schedule.cron)? {
        Hazard::Every => {
            "`@every` panics the operator's reconcile: no schedule after it is taken and nothing is pruned, while the \
             cluster says that it is ready"
        }
        Hazard::ShortChecksum => "its checksum is too short: the operator dies at its next run",
        Hazard::Unreadable => "it is not five fields that the operator parses",
    };
    let fact = format!("cron `{}` of schedule `{}`: {why}", schedule.cron, schedule.name);
    Some(Finding::warn("cron-hazard", fact).hint("change a minute of the cron in the base"))
}

/// Says that backups under the old names are kept.
fn frozen(context: &Context) -> Option<Finding> {
    let names: Vec<&str> = moved(context).map(|schedule| schedule.name.as_str()).collect();
    let storages = context.desired.affected.storages.join("`, `");
    let fact = format!(
        "backups of `{}` on `{storages}` are kept, also after the place returns: nothing prunes them",
        names.join("`, `")
    );
    (!names.is_empty()).then(|| Finding::warn("retention-frozen", fact))
}

/// Says what deletes old backups although the operator does not: it counts successes, a bucket's rules count days.
fn bucket_rules(context: &Context) -> Option<Finding> {
    let storages = &context.subject.bare.backup.storages;
    let is_bucket = |schedule: &&Schedule| storages[&schedule.storage].kind() != "filesystem";
    let mut names: Vec<&str> = moved(context).filter(is_bucket).map(|schedule| schedule.storage.as_str()).collect();
    names.dedup();
    let fact = format!(
        "lifecycle rules of the bucket of `{}`, where it has any, delete by age and go on while nothing new comes: not checked",
        names.join("`, `")
    );
    (!names.is_empty()).then(|| Finding::note("bucket-lifecycle", fact))
}

/// Says what retention of one moved schedule means.
fn of_retention(context: &Context, schedule: &Schedule) -> Vec<Finding> {
    let rules = context.subject.rules;
    let (retention, keep) = (schedule.value.get("retention"), schedule.value.get("keep"));
    let deletes = retention.and_then(|retention| retention.get("deleteFromStorage")).and_then(Value::as_bool);
    let name = &schedule.name;
    let facts = [
        (
            keep.is_some() && retention.is_none() && rules.has_retention(),
            format!(
                "`keep` of schedule `{name}` is written as `retention`, which deletes from the storage just as `keep` does"
            ),
        ),
        (
            keep.is_some() && retention.is_some(),
            format!("schedule `{name}` has both `keep` and `retention`: `retention` counts"),
        ),
        (
            retention.is_some() && !rules.has_retention(),
            format!(
                "`retention` of schedule `{name}` is dropped by operator {}, which knows `keep` alone",
                rules.operator
            ),
        ),
        (
            deletes == Some(false) && rules.has_retention() && rules.honours_delete_from_storage(),
            format!(
                "`deleteFromStorage: false` of schedule `{name}`: pruned backups stay in the bucket without an object"
            ),
        ),
        (
            deletes == Some(false) && !rules.honours_delete_from_storage(),
            format!(
                "`deleteFromStorage: false` of schedule `{name}` is not honoured by crVersion {}: pruning deletes data",
                rules.cr
            ),
        ),
    ];
    facts.into_iter().filter(|(holds, _)| *holds).map(|(_, fact)| Finding::note("retention-meaning", fact)).collect()
}

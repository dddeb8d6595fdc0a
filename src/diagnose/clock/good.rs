//! Backups that succeeded, and the newest point that a restore could reach: the end of a full backup, or what binlogs
//! behind it reach to where the operator says that they follow without a gap.

use jiff::Timestamp;

use super::facts::ClockFacts;
use crate::model::observed::{BackupObject, BackupState};

/// Something that has to be looked at in the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen<T> {
    /// Nobody looked.
    NotAsked,
    /// There is none.
    Nothing,
    /// This.
    Found(T),
}

/// A backup that succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Good {
    /// When it was complete.
    pub at: Timestamp,
    /// When it began: its oldest object in a bucket is not younger.
    pub began: Timestamp,
    /// The Backup.
    pub name: String,
    /// The schedule that made it.
    pub schedule: Option<String>,
    /// Its storage.
    pub storage: String,
}

/// The newest point that a restore could reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restorable {
    /// The point.
    pub at: Timestamp,
    /// The Backup that it starts from.
    pub backup: String,
    /// Whether binlogs reach to it; else it is the end of the backup.
    pub is_pitr: bool,
    /// The failed storage that has to be back for it.
    pub needs: Option<String>,
}

/// Point-in-time recovery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pitr {
    /// It is off.
    Off,
    /// It is on, and nobody looked how far it reaches.
    On,
    /// It is on, and no Backup says how far it reaches.
    Unknown,
    /// It is on, and binlogs behind the newest backup have a gap: it reaches nowhere until the next full backup.
    Gap {
        /// The Backup.
        backup: String,
    },
    /// It is on and reaches to here.
    Until(Timestamp),
}

/// Returns the backups that succeeded and are not being deleted, the oldest first.
pub(super) fn goods(facts: &ClockFacts<'_>) -> Option<Vec<Good>> {
    let mut goods: Vec<Good> = facts.backups()?.filter(|backup| is_good(backup)).filter_map(good).collect();
    goods.sort_by(|a, b| (a.at, &a.name).cmp(&(b.at, &b.name)));
    Some(goods)
}

/// Returns one end of the backups that succeeded.
pub(super) fn end(goods: Option<&[Good]>, which: impl Fn(&[Good]) -> Option<&Good>) -> Seen<Good> {
    goods.map_or(Seen::NotAsked, |goods| which(goods).cloned().map_or(Seen::Nothing, Seen::Found))
}

/// Returns the newest backup on a storage that did not fail, where the newest of all lies on one that did.
pub(super) fn elsewhere(facts: &ClockFacts<'_>, goods: Option<&[Good]>) -> Option<Good> {
    let has_failed = |good: &&Good| facts.failed.contains(&good.storage);
    let goods = goods?;
    goods.last().filter(has_failed)?;
    goods.iter().rev().find(|good| !has_failed(good)).cloned()
}

/// Returns the newest point that a restore could reach.
pub(super) fn restorable(facts: &ClockFacts<'_>) -> Seen<Restorable> {
    let Some(points) = points(facts) else { return Seen::NotAsked };
    newest(points).map_or(Seen::Nothing, Seen::Found)
}

/// Returns the newest point that a restore could reach without a failed storage, where the newest of all needs one.
pub(super) fn without_failed(facts: &ClockFacts<'_>, restorable: &Seen<Restorable>) -> Option<Restorable> {
    let Seen::Found(Restorable { needs: Some(_), .. }) = restorable else { return None };
    newest(points(facts)?.into_iter().filter(|point| point.needs.is_none()).collect())
}

/// Returns the newest of some points.
fn newest(points: Vec<Restorable>) -> Option<Restorable> {
    // Of two that reach as far, the one that needs nothing.
    let order = |point: &Restorable| (point.at, point.needs.is_none(), point.is_pitr, point.backup.clone());
    points.into_iter().max_by_key(order)
}

/// Returns the points that restores could reach, each with the failed storage that it needs: its backup's, else that of
/// the binlogs.
fn points(facts: &ClockFacts<'_>) -> Option<Vec<Restorable>> {
    let failed = |storage: &str| facts.failed.iter().find(|name| *name == storage).cloned();
    let binlogs = facts.backup.pitr.storage.as_deref().and_then(failed);
    let of = |backup: &BackupObject| {
        let (name, own) = (backup.meta.name.clone(), failed(&backup.storage));
        let full = ended(backup).map(|at| Restorable { at, backup: name.clone(), is_pitr: false, needs: own.clone() });
        let reach = backup.restorable.filter(|_| backup.pitr_ready != Some(false));
        let needs = own.or(binlogs.clone());
        let behind = reach.map(|at| Restorable { at, backup: name, is_pitr: true, needs });
        full.into_iter().chain(behind)
    };
    Some(facts.backups()?.filter(|backup| is_good(backup)).flat_map(of).collect())
}

/// Returns how far point-in-time recovery reaches.
pub(super) fn pitr(facts: &ClockFacts<'_>) -> Pitr {
    if !facts.backup.pitr.enabled {
        return Pitr::Off;
    }
    let Some(backups) = facts.backups() else { return Pitr::On };
    let newest =
        backups.clone().filter(|backup| is_good(backup)).max_by_key(|backup| (ended(backup), &backup.meta.name));
    let reach = backups
        .filter(|backup| is_good(backup) && backup.pitr_ready != Some(false))
        .filter_map(|backup| backup.restorable);
    match newest {
        Some(newest) if newest.pitr_ready == Some(false) => Pitr::Gap { backup: newest.meta.name.clone() },
        _ => reach.max().map_or(Pitr::Unknown, Pitr::Until),
    }
}

/// Returns whether a Backup holds something that a restore could use.
fn is_good(backup: &BackupObject) -> bool {
    backup.state == BackupState::Succeeded && backup.meta.deleted.is_none() && ended(backup).is_some()
}

/// Returns when a Backup was complete, or where it does not say so, when it was made: never later than the truth.
fn ended(backup: &BackupObject) -> Option<Timestamp> {
    backup.completed.or(backup.meta.created)
}

/// Returns what counts of a Backup.
fn good(backup: &BackupObject) -> Option<Good> {
    let at = ended(backup)?;
    Some(Good {
        at,
        began: backup.meta.created.map_or(at, |created| created.min(at)),
        name: backup.meta.name.clone(),
        schedule: backup.schedule().map(str::to_owned),
        storage: backup.storage.clone(),
    })
}

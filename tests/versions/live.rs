//! Checks of what was seen live on the operator (operator.md section 0, below the table) and of the sections it leads to.
//! Same rules as [`crate::rows`]: builds alone, never the planner.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::built::{destination, text};
use crate::estate::Pitr;
use crate::rows::{Case, DEAD, ensure};
use crate::story::{Move, Stage};

/// Retention counts by schedule name across storages: no moved schedule has a name that any had before.
pub(crate) fn no_schedule_keeps_its_name(case: &Case) -> Result<(), String> {
    let before: BTreeSet<&str> = case.origin.schedules().iter().map(|schedule| text(&schedule["name"])).collect();
    for (was, now) in case.moved() {
        let is_new = !before.contains(text(&now["name"]));
        ensure(is_new == case.r#move.moves_schedules(), format!("{} is now {}", was["name"], now["name"]))?;
    }
    let names: BTreeSet<&str> = case.after.schedules().iter().map(|schedule| text(&schedule["name"])).collect();
    ensure(names.len() == case.after.schedules().len(), "two schedules have one name")
}

/// Binlogs on volumes, or volumes beside binlogs, put the cluster into `error`; a storage that is not there does too.
pub(crate) fn binlogs_go_to_s3(case: &Case) -> Result<(), String> {
    let storages = case.after.storages();
    let kind = |name: &str| storages.get(name).map(|storage| text(&storage["type"])).unwrap_or_default();
    let Some(binlogs) = case.after.binlogs() else { return Ok(()) };
    ensure(["s3", "azure"].contains(&kind(binlogs)), format!("binlogs go to {binlogs}, a {}", kind(binlogs)))?;
    let beside = case.after.schedules().iter().find(|schedule| kind(text(&schedule["storageName"])) == "filesystem");
    ensure(beside.is_none(), format!("{beside:?} writes to volumes beside binlogs"))
}

/// The operator makes each volume from the storage's claim.
pub(crate) fn volumes_are_as_declared(case: &Case) -> Result<(), String> {
    let claim = json!({
        "storageClassName": "nfs-backup", "accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "200Gi"}},
    });
    let added = case.new_storages();
    let mut volumes = added.values().filter(|storage| storage["type"] == "filesystem");
    match (case.r#move, volumes.next()) {
        (Move::Buffer, Some(storage)) => {
            ensure(storage["volume"]["persistentVolumeClaim"] == claim, storage.to_string())
        }
        (Move::Buffer, None) => Err("no volumes were added".to_owned()),
        (_, volume) => ensure(volume.is_none(), "volumes were added"),
    }
}

/// Backups of one second on one place overwrite each other, and binlogs want a place of their own.
pub(crate) fn meeting_crons_are_apart(case: &Case) -> Result<(), String> {
    let storages = case.after.storages();
    let place = |schedule: &Value| destination(storages.get(text(&schedule["storageName"]))?);
    let schedules = case.after.schedules();
    for (index, a) in schedules.iter().enumerate() {
        for b in &schedules[index + 1..] {
            let met_before = !case.r#move.moves_schedules();
            let collide =
                place(a).is_some() && place(a) == place(b) && meet(text(&a["schedule"]), text(&b["schedule"]));
            ensure(met_before || !collide, format!("{} and {} both write to {:?}", a["name"], b["name"], place(a)))?;
        }
    }
    let binlogs = case.after.binlogs().and_then(|name| destination(storages[name]));
    let shared = schedules.iter().find(|schedule| binlogs.is_some() && place(schedule) == binlogs);
    ensure(shared.is_none(), format!("{shared:?} writes where binlogs go"))
}

/// Finished Backups are read with the entry and the Secret they name: both stay, keys from elsewhere do not replace them.
pub(crate) fn old_backups_stay_readable(case: &Case) -> Result<(), String> {
    let after = case.after.storages();
    let lost = DEAD.iter().find(|name| !after.contains_key(**name));
    ensure(lost.is_none(), format!("{lost:?} is gone"))?;
    let is_secret = |object: &&Value| object["kind"] == "ExternalSecret";
    let secrets = |objects: &[Value]| objects.iter().filter(is_secret).cloned().collect::<Vec<_>>();
    let (was, now) = (secrets(&case.origin.0), secrets(&case.after.0));
    ensure(!was.is_empty() && was == now, format!("Secrets were {was:?} and are {now:?}"))
}

/// A Backup is named after storage and cron; a label takes 57 characters of a schedule's name; storages are DNS labels.
pub(crate) fn names_fit(case: &Case) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for schedule in case.after.schedules() {
        let storage: String = text(&schedule["storageName"]).chars().take(16).collect();
        ensure(
            seen.insert((storage, text(&schedule["schedule"]))),
            format!("{} shares a Backup's name", schedule["name"]),
        )?;
        ensure(text(&schedule["name"]).len() <= 57, format!("{} is too long for a label", schedule["name"]))?;
    }
    let is_label = |name: &str| {
        name.len() <= 63
            && !name.starts_with('-')
            && !name.ends_with('-')
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    let added = case.new_storages();
    let odd = added.keys().find(|name| !is_label(name));
    ensure(odd.is_none(), format!("{odd:?} is no label"))
}

/// An atomic list is replaced as a whole: nothing of it may change that nobody asked for.
pub(crate) fn schedules_are_as_before(case: &Case) -> Result<(), String> {
    let (was, now) = (case.origin.schedules(), case.after.schedules());
    ensure(was.len() == now.len(), "a schedule came or went")?;
    for (was, now) in was.iter().zip(now) {
        let moves = case.r#move.moves_schedules() && DEAD.contains(&text(&was["storageName"]));
        let mut wanted = was.clone();
        if moves {
            wanted["name"] = now["name"].clone();
            wanted["storageName"] = now["storageName"].clone();
        }
        if let (true, Some(count), Some(_)) = (moves, was.get("keep"), now.get("retention")) {
            wanted["retention"] = json!({"type": "count", "count": count, "deleteFromStorage": true});
            wanted.as_object_mut().unwrap().remove("keep");
        }
        if moves && case.r#move == Move::Buffer {
            match wanted.get("keep") {
                Some(_) => wanted["keep"] = json!(2),
                None => wanted["retention"] = json!({"type": "count", "count": 2, "deleteFromStorage": true}),
            }
        }
        ensure(*now == wanted, format!("schedule is {now}, not {wanted}"))?;
    }
    Ok(())
}

/// What a backup proved is endpoint, Secret and trust; only the path of binlogs may differ.
pub(crate) fn binlogs_are_like_backups(case: &Case) -> Result<(), String> {
    let leaves = matches!(case.r#move, Move::Failover | Move::Listed) && case.pitr == Pitr::On;
    if !leaves && case.stage == Stage::Protect {
        return Ok(());
    }
    let storages = case.after.storages();
    let trust = |name: &str| {
        let storage = &storages[name];
        let of_s3 =
            ["endpointUrl", "credentialsSecret", "caBundle", "region"].map(|field| storage["s3"].get(field).cloned());
        (of_s3, storage.get("verifyTLS").cloned())
    };
    let binlogs = text(&case.after.backup()["pitr"]["storageName"]);
    for (_, now) in case.moved() {
        let storage = text(&now["storageName"]);
        ensure(trust(storage) == trust(binlogs), format!("{binlogs} is not like {storage}"))?;
    }
    Ok(())
}

/// Returns whether two crons of the estate meet; they have numbers and stars alone.
fn meet(a: &str, b: &str) -> bool {
    let fields = |cron: &str| cron.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let (a, b) = (fields(a), fields(b));
    // A day of the month and a day of the week fall together sooner or later.
    let same = |index: usize| a[index] == b[index] || a[index] == "*" || b[index] == "*";
    (0..5).all(same)
}

//! Sixth: whether a new backup can start, where backups must not run side by side: the lock has no end of its own, so a
//! backup that hangs on the dead storage keeps it (operator.md 12.7), and one whose storage went leaks it (12.8).
//! Must never advise to delete a backup that is not over (12.9).

use super::verdict::{Check, CheckName};
use crate::model::live::Trouble;
use crate::model::observed::{BackupObject, BackupState, JobState, LeaseState};

/// The lock, as far as it was read.
#[derive(Debug, Clone, PartialEq)]
pub enum Lock {
    /// Backups may run side by side: there is none.
    None,
    /// Nobody ever took it.
    Absent,
    /// It was not read.
    Unread(Trouble),
    /// It is there.
    There(LeaseState),
}

/// Returns whether a new backup can start; `None` where backups need no lock. `own` is the backup that is followed;
/// `is_stuck` says of one that holds the lock whether it will not end by itself.
pub fn lock(
    lock: &Lock,
    backups: &[BackupObject],
    own: Option<&str>,
    is_stuck: &dyn Fn(&BackupObject) -> bool,
) -> Option<Check> {
    let lease = match lock {
        Lock::None => return None,
        Lock::Absent => return Some(free()),
        Lock::Unread(trouble) => return Some(Check::unread(CheckName::Lock, "the lock of backups", trouble)),
        Lock::There(lease) if lease.holder.is_empty() => return Some(free()),
        Lock::There(lease) => lease,
    };
    Some(match backups.iter().find(|backup| lease.is_held_by(backup)) {
        Some(backup) if Some(backup.meta.name.as_str()) == own => {
            Check::passed(CheckName::Lock, format!("`{}`, which is followed, holds it", backup.meta.name))
        }
        Some(backup) if backup.state.is_over() => leaked(lease, backup),
        Some(backup) => held(lease, backup, is_stuck),
        None => gone(lease),
    })
}

/// Says that nobody holds it.
fn free() -> Check {
    Check::passed(CheckName::Lock, "no other backup holds the lock")
}

/// Says that a backup which is over holds it: only the lease may go, since the data of the backup may go with it.
fn leaked(lease: &LeaseState, backup: &BackupObject) -> Check {
    let (name, state) = (&backup.meta.name, backup.state);
    let check = if state == BackupState::Succeeded {
        Check::waiting(CheckName::Lock, format!("backup `{name}` is {state} and still holds the lock"))
    } else {
        let fact = format!("backup `{name}` is {state} and still holds the lock, which nothing frees");
        Check::failed(CheckName::Lock, fact)
    };
    lease.freed(&lease.meta.namespace).into_iter().fold(check, Check::hint)
}

/// Says that another backup holds it that is not over; how it is ended only where it does not get on.
fn held(lease: &LeaseState, backup: &BackupObject, is_stuck: &dyn Fn(&BackupObject) -> bool) -> Check {
    let (name, storage, state) = (&backup.meta.name, &backup.storage, backup.state);
    let fact = format!("backup `{name}` on `{storage}` is {state} and holds the lock, so a new one waits");
    if !is_stuck(backup) {
        return Check::waiting(CheckName::Lock, fact);
    }
    let check = Check::waiting(CheckName::Lock, format!("{fact}; its Job can be ended, never the backup deleted"));
    let job: String = format!("xb-{name}").chars().take(63).collect();
    JobState::ended(&job, &lease.meta.namespace).into_iter().fold(check, Check::hint)
}

/// Says that it is held by what is not there.
fn gone(lease: &LeaseState) -> Check {
    let fact = format!("`{}` holds the lock and is no backup that is there", lease.holder);
    let check = Check::failed(CheckName::Lock, fact);
    lease.freed(&lease.meta.namespace).into_iter().fold(check, Check::hint)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::verify::Outcome;

    /// Returns a backup in a state.
    fn backup(name: &str, state: &str) -> BackupObject {
        BackupObject::read(&json!({
            "metadata": {"namespace": "pxc", "name": name, "uid": "u-1"}, "spec": {"storageName": "minio-a"},
            "status": {"state": state},
        }))
    }

    /// Returns a lock that somebody holds.
    fn by(holder: &str) -> Lock {
        Lock::There(LeaseState::read(&json!({
            "metadata": {"namespace": "pxc", "name": "pxc-c1-backup-lock"}, "spec": {"holderIdentity": holder},
        })))
    }

    #[test]
    fn says_who_holds_it_and_how_it_comes_free() {
        let backups =
            [("old", "Running"), ("well", "Running"), ("done", "Failed"), ("good", "Succeeded"), ("mine", "Starting")]
                .map(|(name, state)| backup(name, state));
        let is_stuck = |backup: &BackupObject| backup.meta.name == "old";
        let of = |given: &Lock| {
            lock(given, &backups, Some("mine"), &is_stuck).map(|check| (check.outcome, check.fact, check.hint))
        };
        let says = |outcome, fact: &str, hint: Option<&str>| Some((outcome, fact.to_owned(), hint.map(str::to_owned)));
        assert_eq!(of(&Lock::None), None);
        let free = says(Outcome::Passed, "no other backup holds the lock", None);
        assert_eq!((of(&Lock::Absent), of(&by(""))), (free.clone(), free));
        assert_eq!(of(&by("mine-u-1")), says(Outcome::Passed, "`mine`, which is followed, holds it", None));
        let held = "backup `old` on `minio-a` is Running and holds the lock, so a new one waits; its Job can be ended, \
                    never the backup deleted";
        let cure = r#"kubectl patch job xb-old -n pxc --type merge -p '{"spec":{"activeDeadlineSeconds":1}}'"#;
        assert_eq!(of(&by("old-u-1")), says(Outcome::Waiting, held, Some(cure)));
        let well = "backup `well` on `minio-a` is Running and holds the lock, so a new one waits";
        assert_eq!(of(&by("well-u-1")), says(Outcome::Waiting, well, None), "nobody ends one that gets on");
        let cure = "kubectl delete lease pxc-c1-backup-lock -n pxc";
        let leaked = "backup `done` is Failed and still holds the lock, which nothing frees";
        assert_eq!(of(&by("done-u-1")), says(Outcome::Failed, leaked, Some(cure)));
        let leaked = "backup `good` is Succeeded and still holds the lock";
        assert_eq!(of(&by("good-u-1")), says(Outcome::Waiting, leaked, Some(cure)));
        let gone = "`other-u-9` holds the lock and is no backup that is there";
        assert_eq!(of(&by("other-u-9")), says(Outcome::Failed, gone, Some(cure)));
    }
}

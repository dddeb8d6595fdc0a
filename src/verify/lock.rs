//! Sixth: whether a new backup can start, where backups must not run side by side: the lock has no end of its own, so a
//! backup that hangs on the dead storage keeps it (operator.md 12.7), and one whose storage went leaks it (12.8).
//! Must never advise to delete a backup that is not over (12.9), nor a lock whose holder was not looked for after it was read.

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

/// What the one who holds the lock is up to.
#[derive(Debug, Clone, PartialEq)]
pub enum Holder {
    /// It gets on.
    Working,
    /// It will not come to an end by itself.
    Stuck,
    /// It was not read, so that nobody knows.
    Unread(Trouble),
    /// Its Job is no longer at work, or gone.
    Idle,
    /// Who held the lock when it was read first no longer does.
    Changed,
}

/// Returns whether a new backup can start; `None` where backups need no lock. `backups` were listed after the lock was read;
/// `own` is the backup that is followed; `holder` says what the one who holds the lock is up to: a Backup, or, of one that
/// is not among them, whether the lock is still as it was.
pub fn lock(
    lock: &Lock,
    backups: Result<&[BackupObject], &Trouble>,
    own: Option<&str>,
    holder: &dyn Fn(Option<&BackupObject>) -> Holder,
) -> Option<Check> {
    let lease = match lock {
        Lock::None => return None,
        Lock::Absent => return Some(free()),
        Lock::Unread(trouble) => return Some(Check::unread(CheckName::Lock, "the lock of backups", trouble)),
        Lock::There(lease) if lease.holder.is_empty() => return Some(free()),
        Lock::There(lease) => lease,
    };
    let backups = match backups {
        Ok(backups) => backups,
        Err(trouble) => {
            let what = format!("`{}` holds the lock; whether that is a backup", lease.holder);
            return Some(Check::unread(CheckName::Lock, &what, trouble));
        }
    };
    Some(match backups.iter().find(|backup| lease.is_held_by(backup)) {
        Some(backup) if Some(backup.meta.name.as_str()) == own => {
            Check::passed(CheckName::Lock, format!("`{}`, which is followed, holds it", backup.meta.name))
        }
        Some(backup) if backup.state.is_over() => leaked(lease, backup, holder),
        Some(backup) => held(lease, backup, &holder(Some(backup))),
        None => gone(lease, &holder(None)),
    })
}

/// Says that nobody holds it.
fn free() -> Check {
    Check::passed(CheckName::Lock, "no other backup holds the lock")
}

/// Says that a backup which is over holds it: only the lease may go, since the data of the backup may go with it. The Job of
/// one that failed may run on (operator.md 12.3): then its end comes first.
fn leaked(lease: &LeaseState, backup: &BackupObject, holder: &dyn Fn(Option<&BackupObject>) -> Holder) -> Check {
    let fact = format!("backup `{}` is {} and still holds the lock", backup.meta.name, backup.state);
    if backup.state == BackupState::Succeeded {
        return freed(lease, Check::waiting(CheckName::Lock, fact));
    }
    match holder(Some(backup)) {
        Holder::Working | Holder::Stuck => {
            let fact = format!("{fact}; its Job runs on: it is ended first, and then the lock is freed");
            ended(lease, backup, Check::failed(CheckName::Lock, fact))
        }
        Holder::Unread(trouble) => {
            Check::unread(CheckName::Lock, &format!("{fact}; whether its Job runs on"), &trouble)
        }
        Holder::Idle | Holder::Changed => {
            freed(lease, Check::failed(CheckName::Lock, format!("{fact}, which nothing frees")))
        }
    }
}

/// Says that another backup holds it that is not over; how it is ended only where it does not get on.
fn held(lease: &LeaseState, backup: &BackupObject, holder: &Holder) -> Check {
    let (name, storage, state) = (&backup.meta.name, &backup.storage, backup.state);
    let fact = format!("backup `{name}` on `{storage}` is {state} and holds the lock, so a new one waits");
    match holder {
        Holder::Stuck => {
            let fact = format!("{fact}; its Job can be ended, never the backup deleted");
            ended(lease, backup, Check::waiting(CheckName::Lock, fact))
        }
        Holder::Unread(trouble) => {
            let fact = format!("{fact}; whether it gets on was not read: {}", trouble.fact);
            trouble.hint.iter().fold(Check::waiting(CheckName::Lock, fact), Check::hint)
        }
        Holder::Working | Holder::Idle | Holder::Changed => Check::waiting(CheckName::Lock, fact),
    }
}

/// Says that it is held by what is not there.
fn gone(lease: &LeaseState, holder: &Holder) -> Check {
    let name = &lease.holder;
    match holder {
        Holder::Changed => Check::waiting(CheckName::Lock, format!("`{name}` gave the lock up while it was looked at")),
        Holder::Unread(trouble) => {
            let what = format!("`{name}` is no backup that is there; whether it still holds the lock");
            Check::unread(CheckName::Lock, &what, trouble)
        }
        Holder::Working | Holder::Stuck | Holder::Idle => {
            let fact = format!("`{name}` holds the lock and is no backup that is there");
            freed(lease, Check::failed(CheckName::Lock, fact))
        }
    }
}

/// Adds the command that frees the lock.
fn freed(lease: &LeaseState, check: Check) -> Check {
    lease.freed(&lease.meta.namespace).into_iter().fold(check, Check::hint)
}

/// Adds the command that ends the Job of a backup.
fn ended(lease: &LeaseState, backup: &BackupObject, check: Check) -> Check {
    JobState::ended(&backup.job(), &lease.meta.namespace).into_iter().fold(check, Check::hint)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::live::Reason;
    use crate::verify::Outcome;

    /// The command that frees the lock.
    const FREED: &str = "kubectl delete lease pxc-c1-backup-lock -n pxc";

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

    /// What a check says.
    type Said = (Outcome, String, Option<String>);

    /// Returns what a lock comes to beside five backups, of which `mine` is followed.
    fn of(given: &Lock, holder: &Holder) -> Said {
        let backups = [("old", "Running"), ("done", "Failed"), ("good", "Succeeded"), ("mine", "Starting")]
            .map(|(name, state)| backup(name, state));
        let check = lock(given, Ok(&backups), Some("mine"), &|_| holder.clone()).unwrap();
        (check.outcome, check.fact, check.hint)
    }

    /// Returns what a check should say.
    fn says(outcome: Outcome, fact: &str, hint: Option<&str>) -> Said {
        (outcome, fact.to_owned(), hint.map(str::to_owned))
    }

    /// Returns why something was not read.
    fn forbidden() -> Trouble {
        Trouble::new(Reason::Forbidden, "`ci` may not").hint("grant it")
    }

    #[test]
    fn it_is_free_where_nobody_or_the_followed_one_holds_it() {
        let idle = Holder::Idle;
        assert_eq!(lock(&Lock::None, Ok(&[]), None, &|_| Holder::Idle), None);
        let free = says(Outcome::Passed, "no other backup holds the lock", None);
        assert_eq!((of(&Lock::Absent, &idle), of(&by(""), &idle)), (free.clone(), free));
        assert_eq!(of(&by("mine-u-1"), &idle), says(Outcome::Passed, "`mine`, which is followed, holds it", None));
    }

    #[test]
    fn one_that_gets_on_is_waited_for_and_one_that_does_not_is_ended() {
        let held = "backup `old` on `minio-a` is Running and holds the lock, so a new one waits";
        assert_eq!(of(&by("old-u-1"), &Holder::Working), says(Outcome::Waiting, held, None));
        let stuck = format!("{held}; its Job can be ended, never the backup deleted");
        let cure = r#"kubectl patch job xb-old -n pxc --type merge -p '{"spec":{"activeDeadlineSeconds":1}}'"#;
        assert_eq!(of(&by("old-u-1"), &Holder::Stuck), says(Outcome::Waiting, &stuck, Some(cure)));
        let unread = format!("{held}; whether it gets on was not read: `ci` may not");
        let holder = Holder::Unread(forbidden());
        assert_eq!(of(&by("old-u-1"), &holder), says(Outcome::Waiting, &unread, Some("grant it")));
    }

    #[test]
    fn a_lock_that_leaked_is_freed_once_nothing_works_behind_it() {
        let leaked = "backup `done` is Failed and still holds the lock";
        let freed = says(Outcome::Failed, &format!("{leaked}, which nothing frees"), Some(FREED));
        assert_eq!(of(&by("done-u-1"), &Holder::Idle), freed);
        let works = format!("{leaked}; its Job runs on: it is ended first, and then the lock is freed");
        let cure = r#"kubectl patch job xb-done -n pxc --type merge -p '{"spec":{"activeDeadlineSeconds":1}}'"#;
        assert_eq!(of(&by("done-u-1"), &Holder::Working), says(Outcome::Failed, &works, Some(cure)));
        let unread = format!("{leaked}; whether its Job runs on was not read: `ci` may not");
        let holder = Holder::Unread(forbidden());
        assert_eq!(of(&by("done-u-1"), &holder), says(Outcome::CannotTell, &unread, Some("grant it")));
        let leaked = "backup `good` is Succeeded and still holds the lock";
        assert_eq!(of(&by("good-u-1"), &Holder::Working), says(Outcome::Waiting, leaked, Some(FREED)));
    }

    #[test]
    fn nobody_is_gone_who_was_not_looked_for() {
        let gone = "`other-u-9` holds the lock and is no backup that is there";
        assert_eq!(of(&by("other-u-9"), &Holder::Idle), says(Outcome::Failed, gone, Some(FREED)));
        let gave = "`other-u-9` gave the lock up while it was looked at";
        assert_eq!(of(&by("other-u-9"), &Holder::Changed), says(Outcome::Waiting, gave, None));
        let unread =
            "`other-u-9` is no backup that is there; whether it still holds the lock was not read: `ci` may not";
        let holder = Holder::Unread(forbidden());
        assert_eq!(of(&by("other-u-9"), &holder), says(Outcome::CannotTell, unread, Some("grant it")));
        let trouble = forbidden();
        let unlisted = |given: &Lock| {
            let check = lock(given, Err(&trouble), None, &|_| Holder::Idle).unwrap();
            (check.outcome, check.fact, check.hint)
        };
        let unread = "`old-u-1` holds the lock; whether that is a backup was not read: `ci` may not";
        assert_eq!(unlisted(&by("old-u-1")), says(Outcome::CannotTell, unread, Some("grant it")));
        let free = says(Outcome::Passed, "no other backup holds the lock", None);
        assert_eq!(unlisted(&by("")), free, "what nobody holds needs no list");
    }
}

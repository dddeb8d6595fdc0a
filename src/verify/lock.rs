//! Sixth: whether a new backup can start, where backups must not run side by side: the lock has no end of its own, so a
//! backup that hangs on the dead storage keeps it (operator.md 12.7), and one whose storage went leaks it (12.8).
//! Must never advise to delete a backup that is not over (12.9).

use super::verdict::{Check, CheckName};
use crate::model::live::Trouble;
use crate::model::observed::{BackupObject, LeaseState};
use crate::model::shell::{kubectl, operand};

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

/// Returns whether a new backup can start; `None` where backups need no lock. `own` is the backup that is followed.
pub fn lock(lock: &Lock, backups: &[BackupObject], own: Option<&str>) -> Option<Check> {
    let lease = match lock {
        Lock::None => return None,
        Lock::Absent => return Some(free()),
        Lock::Unread(trouble) => return Some(Check::unread(CheckName::Lock, "the lock of backups", trouble)),
        Lock::There(lease) if lease.holder.is_empty() => return Some(free()),
        Lock::There(lease) => lease,
    };
    let holds = |backup: &&BackupObject| lease.holder == format!("{}-{}", backup.meta.name, backup.meta.uid);
    Some(match backups.iter().find(holds) {
        Some(backup) if Some(backup.meta.name.as_str()) == own => {
            Check::passed(CheckName::Lock, format!("`{}`, which is followed, holds it", backup.meta.name))
        }
        Some(backup) => held(lease, backup),
        None => gone(lease),
    })
}

/// Says that nobody holds it.
fn free() -> Check {
    Check::passed(CheckName::Lock, "no other backup holds the lock")
}

/// Says that another backup holds it.
fn held(lease: &LeaseState, backup: &BackupObject) -> Check {
    let (name, place) = (&backup.meta.name, Some(lease.meta.namespace.as_str()));
    if backup.state.is_over() {
        let fact =
            format!("backup `{name}` is {} and still holds the lock, which nothing but its end frees", backup.state);
        let check = Check::failed(CheckName::Lock, fact);
        return kubectl("delete", ("pxc-backup", name, place)).into_iter().fold(check, Check::hint);
    }
    let fact = format!(
        "backup `{name}` on `{}` is {} and holds the lock, so a new one waits; its Job can be ended, never the backup deleted",
        backup.storage, backup.state
    );
    let check = Check::waiting(CheckName::Lock, fact);
    end_job(name, &lease.meta.namespace).into_iter().fold(check, Check::hint)
}

/// Says that it is held by what is not there.
fn gone(lease: &LeaseState) -> Check {
    let fact = format!("`{}` holds the lock and is no backup that is there", lease.holder);
    let check = Check::failed(CheckName::Lock, fact);
    let place = Some(lease.meta.namespace.as_str());
    kubectl("delete", ("lease", &lease.meta.name, place)).into_iter().fold(check, Check::hint)
}

/// Returns the command that ends the Job of a backup by its deadline.
fn end_job(backup: &str, namespace: &str) -> Option<String> {
    let job: String = format!("xb-{backup}").chars().take(63).collect();
    let patch = r#"{"spec":{"activeDeadlineSeconds":1}}"#;
    Some(format!("kubectl patch job {} -n {} --type merge -p '{patch}'", operand(&job)?, operand(namespace)?))
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
        let backups = [backup("old", "Running"), backup("done", "Failed"), backup("mine", "Starting")];
        let of =
            |given: &Lock| lock(given, &backups, Some("mine")).map(|check| (check.outcome, check.fact, check.hint));
        let says = |outcome, fact: &str, hint: Option<&str>| Some((outcome, fact.to_owned(), hint.map(str::to_owned)));
        assert_eq!(of(&Lock::None), None);
        let free = says(Outcome::Passed, "no other backup holds the lock", None);
        assert_eq!((of(&Lock::Absent), of(&by(""))), (free.clone(), free));
        assert_eq!(of(&by("mine-u-1")), says(Outcome::Passed, "`mine`, which is followed, holds it", None));
        let held = "backup `old` on `minio-a` is Running and holds the lock, so a new one waits; its Job can be ended, \
                    never the backup deleted";
        let cure = r#"kubectl patch job xb-old -n pxc --type merge -p '{"spec":{"activeDeadlineSeconds":1}}'"#;
        assert_eq!(of(&by("old-u-1")), says(Outcome::Waiting, held, Some(cure)));
        let leaked = "backup `done` is Failed and still holds the lock, which nothing but its end frees";
        assert_eq!(of(&by("done-u-1")), says(Outcome::Failed, leaked, Some("kubectl delete pxc-backup done -n pxc")));
        let gone = "`other-u-9` holds the lock and is no backup that is there";
        let cure = "kubectl delete lease pxc-c1-backup-lock -n pxc";
        assert_eq!(of(&by("other-u-9")), says(Outcome::Failed, gone, Some(cure)));
    }
}

//! Eighth: whether a backup succeeded on the new target. A Job that fails leaves the Backup `Running` until its last pod,
//! and says nothing then (operator.md 2): what its pods show is told at once. Succeeded and Failed are for good.

use jiff::Timestamp;

use super::said;
use super::verdict::{Check, CheckName};
use crate::model::live::Trouble;
use crate::model::observed::{BackupObject, BackupState};
use crate::model::shell::operand;

/// The backup that is followed, as far as it was read.
#[derive(Debug, Clone, PartialEq)]
pub enum Followed {
    /// It is there.
    There(Box<BackupObject>, Pods),
    /// It is there, in this namespace, and says nothing of this change: why.
    Stray(String, String),
    /// It is there, under way, and of another state of this change: one of this state is made after it.
    Earlier(Box<BackupObject>, Pods),
    /// Its name, which no Backup of this namespace has.
    Absent(String, String),
    /// What was not read.
    Unread(String, Trouble),
    /// None was asked for, and none was made on these storages since this time.
    NotAsked(Vec<String>, Option<Timestamp>),
    /// Its name was taken for another cluster meanwhile: the next look takes the next number.
    Taken(String),
    /// None could be made.
    NotMade(Trouble),
    /// The one of this name was asked for, and whether it was made nobody heard.
    Unheard(String, Trouble),
}

/// What the pods of a backup show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pods {
    /// What is wrong, the newest pod first.
    pub ill: Vec<IllPod>,
    /// How many ended in error.
    pub failed: u32,
    /// How many run.
    pub running: u32,
    /// How often the Job tries again at most.
    pub tries: Option<u32>,
    /// What could not be read of them.
    pub trouble: Option<Trouble>,
}

/// What is wrong with a pod of a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IllPod {
    /// Its name.
    pub pod: String,
    /// What its log, or its state, says.
    pub fact: String,
    /// Whether trying again cannot mend it.
    pub is_sure: bool,
    /// What mends it.
    pub hint: Option<String>,
}

/// Returns whether the backup succeeded.
pub fn backup(followed: &Followed, now: Timestamp) -> Check {
    match followed {
        Followed::There(backup, pods) => there(backup, pods, now),
        Followed::Stray(namespace, fact) => others(namespace, Check::failed(CheckName::Backup, fact.as_str())),
        Followed::Absent(namespace, name) => {
            others(namespace, Check::failed(CheckName::Backup, format!("no Backup `{name}` is there")))
        }
        Followed::Unread(what, trouble) => Check::unread(CheckName::Backup, what, trouble),
        Followed::Earlier(backup, pods) => {
            let fact = format!(
                "`{}` {}; it was made for another state of the change, and one that proves this is made after it",
                backup.meta.name,
                progress(backup, pods)
            );
            Check::waiting(CheckName::Backup, fact)
        }
        Followed::NotAsked(storages, since) => not_asked(storages, *since, now),
        Followed::Taken(name) => {
            Check::waiting(CheckName::Backup, format!("`{name}` was made for another cluster meanwhile"))
        }
        Followed::NotMade(trouble) => {
            let check =
                Check::cannot_tell(CheckName::Backup, format!("the test backup was not made: {}", trouble.fact));
            trouble.hint.iter().fold(check, Check::hint)
        }
        Followed::Unheard(name, trouble) => {
            let fact =
                format!("`{name}` may have been made: {}; a rerun finds it, and makes no second one", trouble.fact);
            Check::cannot_tell(CheckName::Backup, fact).hint("--test-backup")
        }
    }
}

/// Adds the command that lists the backups that could be followed in its place.
fn others(namespace: &str, check: Check) -> Check {
    let command = operand(namespace).map(|namespace| format!("kubectl get pxc-backup -n {namespace}"));
    command.into_iter().fold(check, Check::hint)
}

/// Says that there is none; a commit of a clock that runs ahead leaves nobody but leeward's own to count until then.
fn not_asked(storages: &[String], since: Option<Timestamp>, now: Timestamp) -> Check {
    let ahead = match since {
        Some(since) if since > now => {
            ", which is still to come by this clock: until then only one of `--test-backup` counts"
        }
        _ => "",
    };
    let since = since.map(|since| format!(" at {since}{ahead}")).unwrap_or_default();
    let fact = format!("no backup was made on `{}` since the change came{since}", storages.join("`, `"));
    Check::cannot_tell(CheckName::Backup, fact).hint("--test-backup")
}

/// Returns what a Backup that is there says.
fn there(backup: &BackupObject, pods: &Pods, now: Timestamp) -> Check {
    let name = &backup.meta.name;
    if let Some(since) = backup.meta.deleted.filter(|_| backup.state != BackupState::Failed) {
        let had = if backup.state == BackupState::Succeeded { "Succeeded, and " } else { "" };
        let fact = format!("`{name}` {had}is being deleted since {since}");
        return Check::failed(CheckName::Backup, fact).hint("--test-backup");
    }
    match backup.state {
        BackupState::Succeeded => {
            let (took, place) = (took(backup), &backup.destination);
            return Check::passed(CheckName::Backup, format!("`{name}` Succeeded{took}, {place}"));
        }
        BackupState::Failed => return failed(backup, pods),
        _ => {}
    }
    let age = backup.meta.created.map(|created| span(created, now)).unwrap_or_default();
    let progress = progress(backup, pods);
    match pods.ill.first() {
        Some(ill) => {
            let fact = format!("`{name}` {progress}; pod {}: {}", ill.pod, ill.fact);
            let check = if ill.is_sure { Check::failed } else { Check::waiting };
            ill.hint.iter().fold(check(CheckName::Backup, fact), Check::hint)
        }
        None => unread(pods, Check::waiting(CheckName::Backup, format!("`{name}` {progress}{age}"))),
    }
}

/// Adds that nobody could see how its pods do, where that is so.
fn unread(pods: &Pods, check: Check) -> Check {
    let Some(trouble) = &pods.trouble else { return check };
    let fact = format!("{}; its pods were not read: {}", check.fact, trouble.fact);
    trouble.hint.iter().fold(Check { fact, ..check }, Check::hint)
}

/// Says that a backup failed, and why as far as anybody knows.
fn failed(backup: &BackupObject, pods: &Pods) -> Check {
    let name = &backup.meta.name;
    let says = match (backup.error.as_str(), pods.ill.first()) {
        ("", Some(ill)) => format!("; pod {}: {}", ill.pod, ill.fact),
        ("", None) if pods.trouble.is_some() => String::new(),
        ("", None) => "; its pods are gone or say nothing".to_owned(),
        (error, Some(ill)) => format!(": {}; pod {}: {}", said::line(error), ill.pod, ill.fact),
        (error, None) => format!(": {}", said::line(error)),
    };
    let check = Check::failed(CheckName::Backup, format!("`{name}` Failed{says}"));
    let hint = pods.ill.first().and_then(|ill| ill.hint.clone());
    unread(pods, check.hint(hint.unwrap_or_else(|| "--test-backup".to_owned())))
}

/// Returns how far a backup is.
pub fn progress(backup: &BackupObject, pods: &Pods) -> String {
    let state = match backup.state {
        BackupState::New => "is not taken up yet".to_owned(),
        BackupState::Suspended => "is Suspended: it waits for the cluster".to_owned(),
        state => format!("is {state}"),
    };
    let tries = pods.tries.map(|tries| format!(" of {}", tries + 1)).unwrap_or_default();
    let pods = match (pods.failed, pods.running) {
        (0, 0) => String::new(),
        (0, _) => ", its pod runs".to_owned(),
        (1, 0) => format!(", 1 try{tries} failed"),
        (1, _) => format!(", 1 try{tries} failed, the next runs"),
        (failed, 0) => format!(", {failed} tries{tries} failed"),
        (failed, _) => format!(", {failed} tries{tries} failed, the next runs"),
    };
    state + &pods
}

/// Returns how long a backup took: ` in 4 min 12 s`.
fn took(backup: &BackupObject) -> String {
    let times = backup.meta.created.zip(backup.completed);
    times.map(|(created, completed)| format!(" in {}", minutes(created, completed))).unwrap_or_default()
}

/// Returns how long ago something was: `, since 3 min 2 s`.
fn span(since: Timestamp, now: Timestamp) -> String {
    format!(", since {}", minutes(since, now))
}

/// Returns the time between two instants.
fn minutes(from: Timestamp, to: Timestamp) -> String {
    let seconds = to.duration_since(from).as_secs().max(0);
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::live::Reason;
    use crate::verify::Outcome;

    /// Returns a backup with a status.
    fn object(status: &Value) -> Box<BackupObject> {
        Box::new(BackupObject::read(&json!({
            "metadata": {"namespace": "pxc", "name": "b1", "creationTimestamp": "2026-11-22T10:00:00Z"},
            "spec": {"pxcCluster": "c1", "storageName": "minio-b"}, "status": status,
        })))
    }

    /// Returns what a backup comes to five minutes after it was made.
    fn of(followed: &Followed) -> (Outcome, String, Option<String>) {
        let check = backup(followed, "2026-11-22T10:05:00Z".parse().unwrap());
        (check.outcome, check.fact, check.hint)
    }

    /// Returns pods of which the newest is ill.
    fn ill(is_sure: bool) -> Pods {
        let hint = Some("leeward plan --storage minio-b".to_owned());
        let ill = IllPod { pod: "xb-b1-x".to_owned(), fact: "AccessDenied: the key may not".to_owned(), is_sure, hint };
        Pods { ill: vec![ill], failed: 2, running: 1, tries: Some(10), trouble: None }
    }

    #[test]
    fn says_how_it_ended() {
        let status =
            json!({"state": "Succeeded", "completed": "2026-11-22T10:04:12Z", "destination": "s3://b/c1-x-full"});
        let succeeded = of(&Followed::There(object(&status), Pods::default()));
        let fact = "`b1` Succeeded in 4 min 12 s, s3://b/c1-x-full".to_owned();
        assert_eq!(succeeded, (Outcome::Passed, fact, None));
        let error = json!({"state": "Failed", "error": "running deadline seconds exceeded"});
        let fact = "`b1` Failed: running deadline seconds exceeded".to_owned();
        let hint = Some("--test-backup".to_owned());
        assert_eq!(of(&Followed::There(object(&error), Pods::default())), (Outcome::Failed, fact, hint));
        let silent = Followed::There(object(&json!({"state": "Failed"})), ill(true));
        let fact = "`b1` Failed; pod xb-b1-x: AccessDenied: the key may not".to_owned();
        let hint = Some("leeward plan --storage minio-b".to_owned());
        assert_eq!(of(&silent), (Outcome::Failed, fact, hint));
    }

    #[test]
    fn one_that_is_being_deleted_is_no_backup_any_more_however_it_ended() {
        for (state, had) in [("Succeeded", "Succeeded, and "), ("Running", "")] {
            let mut going = object(&json!({"state": state, "destination": "s3://b/x"}));
            going.meta.deleted = "2026-11-22T10:04:00Z".parse().ok();
            let fact = format!("`b1` {had}is being deleted since 2026-11-22T10:04:00Z");
            let hint = Some("--test-backup".to_owned());
            assert_eq!(of(&Followed::There(going, Pods::default())), (Outcome::Failed, fact, hint));
        }
    }

    #[test]
    fn one_of_another_state_of_the_change_is_waited_for() {
        let fact =
            "`b1` is Running; it was made for another state of the change, and one that proves this is made after it";
        let earlier = Followed::Earlier(object(&json!({"state": "Running"})), Pods::default());
        assert_eq!(of(&earlier), (Outcome::Waiting, fact.to_owned(), None));
    }

    #[test]
    fn a_pod_whose_cause_is_sure_ends_the_waiting_and_another_does_not() {
        let running = object(&json!({"state": "Running"}));
        let fact = "`b1` is Running, 2 tries of 11 failed, the next runs; pod xb-b1-x: AccessDenied: the key may not";
        for (is_sure, outcome) in [(true, Outcome::Failed), (false, Outcome::Waiting)] {
            let (got, said, _) = of(&Followed::There(running.clone(), ill(is_sure)));
            assert_eq!((got, said.as_str()), (outcome, fact));
        }
        let (outcome, fact, _) = of(&Followed::There(object(&json!({})), Pods::default()));
        assert_eq!((outcome, fact.as_str()), (Outcome::Waiting, "`b1` is not taken up yet, since 5 min 0 s"));
    }

    #[test]
    fn pods_that_nobody_may_read_are_said_with_the_right() {
        let trouble = Trouble::new(Reason::Forbidden, "user `ci` may not `list` `pods`").hint("grant verb `list`");
        let unread = || Pods { trouble: Some(trouble.clone()), ..Pods::default() };
        let running = of(&Followed::There(object(&json!({"state": "Running"})), unread()));
        let fact =
            "`b1` is Running, since 5 min 0 s; its pods were not read: user `ci` may not `list` `pods`".to_owned();
        assert_eq!(running, (Outcome::Waiting, fact, Some("grant verb `list`".to_owned())));
        let failed = of(&Followed::There(object(&json!({"state": "Failed"})), unread()));
        let fact = "`b1` Failed; its pods were not read: user `ci` may not `list` `pods`".to_owned();
        assert_eq!(failed, (Outcome::Failed, fact, Some("grant verb `list`".to_owned())));
    }

    #[test]
    fn none_at_all_is_nothing_known() {
        let told = |since: &str| of(&Followed::NotAsked(vec!["minio-b-daily".to_owned()], since.parse().ok()));
        let (outcome, fact, hint) = told("2026-11-22T09:00:00Z");
        let want = "no backup was made on `minio-b-daily` since the change came at 2026-11-22T09:00:00Z";
        assert_eq!((outcome, fact.as_str()), (Outcome::CannotTell, want));
        assert_eq!(hint.as_deref(), Some("--test-backup"));
        let ahead = "no backup was made on `minio-b-daily` since the change came at 2026-11-22T10:15:00Z, which is still to \
                     come by this clock: until then only one of `--test-backup` counts";
        assert_eq!(told("2026-11-22T10:15:00Z").1, ahead);
        let trouble = Trouble::new(Reason::Forbidden, "user `ci` may not `create` it").hint("grant verb `create`");
        let (outcome, fact, hint) = of(&Followed::NotMade(trouble));
        assert_eq!(
            (outcome, fact.as_str()),
            (Outcome::CannotTell, "the test backup was not made: user `ci` may not `create` it")
        );
        assert_eq!(hint.as_deref(), Some("grant verb `create`"));
    }
}

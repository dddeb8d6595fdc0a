//! Fifth: whether the Secrets that the new storages name are there, with the keys that pods read. Nobody looks unless asked
//! to; a backup that succeeded with them is as good an answer. Must never hold a value.

use super::verdict::{Check, CheckName};
use crate::model::live::Trouble;
use crate::model::shell::operand;

/// The keys that the operator reads (operator.md 8).
pub const KEYS: [&str; 2] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

/// A Secret that storages name.
#[derive(Debug, Clone, PartialEq)]
pub struct SecretSeen {
    /// `namespace/name`.
    pub name: String,
    /// What is known of it.
    pub state: SecretState,
}

/// What is known of a Secret.
#[derive(Debug, Clone, PartialEq)]
pub enum SecretState {
    /// Nobody looked.
    NotAsked,
    /// It is not there.
    Absent,
    /// It was not read.
    Unread(Trouble),
    /// It is there; its keys were not looked at.
    There,
    /// It is there, and these keys of those that pods read are missing or empty.
    Lacks(Vec<String>),
}

/// Returns whether the Secrets are there; `None` where no storage names one. `proven` is a backup that succeeded with them.
pub fn secret(secrets: &[SecretSeen], proven: Option<&str>) -> Option<Check> {
    let is = |wanted: fn(&SecretState) -> bool| secrets.iter().find(|seen| wanted(&seen.state));
    if secrets.is_empty() {
        return None;
    }
    if let Some(seen) = is(|state| matches!(state, SecretState::Absent)) {
        let fact = format!("Secret `{}` is not there, and a pod that reads it does not start", seen.name);
        return Some(absent(fact, &seen.name));
    }
    if let Some((name, keys)) = secrets.iter().find_map(lacking) {
        let fact = format!("Secret `{name}` lacks `{}`", keys.join("`, `"));
        return Some(absent(fact, name));
    }
    let names = secrets.iter().map(|seen| format!("`{}`", seen.name)).collect::<Vec<_>>().join(", ");
    let is_unknown = |seen: &&SecretSeen| matches!(seen.state, SecretState::NotAsked | SecretState::Unread(_));
    if let (Some(backup), true) = (proven, secrets.iter().any(|seen| is_unknown(&seen))) {
        return Some(Check::passed(CheckName::Secret, format!("backup `{backup}` succeeded with {names}")));
    }
    let unread = secrets.iter().find_map(|seen| match &seen.state {
        SecretState::Unread(trouble) => Some((seen, trouble)),
        _ => None,
    });
    if let Some((seen, trouble)) = unread {
        return Some(Check::unread(CheckName::Secret, &format!("Secret `{}`", seen.name), trouble));
    }
    if is(|state| matches!(state, SecretState::NotAsked)).is_some() {
        let fact = format!("whether {names} is there was not asked");
        return Some(Check::cannot_tell(CheckName::Secret, fact).hint("--secrets metadata"));
    }
    let whole = secrets.iter().all(|seen| matches!(seen.state, SecretState::Lacks(_)));
    let has = if whole { "with every key" } else { "there" };
    let is = if secrets.len() == 1 { "is" } else { "are" };
    let fact = if whole { format!("{names} {is} there {has}") } else { format!("{names} {is} {has}") };
    Some(Check::passed(CheckName::Secret, fact))
}

/// Says that a Secret is not there, or not whole.
fn absent(fact: String, name: &str) -> Check {
    origin(name).into_iter().fold(Check::failed(CheckName::Secret, fact), Check::hint)
}

/// Returns a Secret that lacks keys.
fn lacking(seen: &SecretSeen) -> Option<(&str, &[String])> {
    match &seen.state {
        SecretState::Lacks(keys) if !keys.is_empty() => Some((&seen.name, keys)),
        _ => None,
    }
}

/// Returns the command that shows where a Secret should come from; none where its name would act.
fn origin(name: &str) -> Option<String> {
    let (namespace, name) = name.split_once('/')?;
    Some(format!("kubectl get externalsecret,sealedsecret,secret {} -n {}", operand(name)?, operand(namespace)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::live::Reason;
    use crate::verify::Outcome;

    /// Returns what the states of two Secrets come to.
    fn of(states: [SecretState; 2], proven: Option<&str>) -> (Outcome, String) {
        let names = ["pxc/keys", "pxc/ca"];
        let seen = names.into_iter().zip(states).map(|(name, state)| SecretSeen { name: name.to_owned(), state });
        let check = secret(&seen.collect::<Vec<_>>(), proven).unwrap();
        (check.outcome, check.fact)
    }

    #[test]
    fn what_nobody_looked_at_is_told_by_a_backup_that_succeeded_alone() {
        use SecretState::{Absent, Lacks, NotAsked, There};
        let unasked = "whether `pxc/keys`, `pxc/ca` is there was not asked".to_owned();
        assert_eq!(of([NotAsked, NotAsked], None), (Outcome::CannotTell, unasked));
        let proven = "backup `b1` succeeded with `pxc/keys`, `pxc/ca`".to_owned();
        assert_eq!(of([NotAsked, NotAsked], Some("b1")), (Outcome::Passed, proven));
        let absent = "Secret `pxc/ca` is not there, and a pod that reads it does not start".to_owned();
        assert_eq!(of([There, Absent], Some("b1")), (Outcome::Failed, absent));
        let lacks = "Secret `pxc/keys` lacks `AWS_SECRET_ACCESS_KEY`".to_owned();
        assert_eq!(of([Lacks(vec![KEYS[1].to_owned()]), There], None), (Outcome::Failed, lacks));
        assert_eq!(of([There, There], None), (Outcome::Passed, "`pxc/keys`, `pxc/ca` are there".to_owned()));
        let whole = "`pxc/keys`, `pxc/ca` are there with every key".to_owned();
        assert_eq!(of([Lacks(Vec::new()), Lacks(Vec::new())], None), (Outcome::Passed, whole));
        assert_eq!(secret(&[], None), None);
    }

    #[test]
    fn a_right_that_is_missing_is_named() {
        let trouble = Trouble::new(Reason::Forbidden, "user `ci` may not `get` `secrets` in namespace `pxc`")
            .hint("grant verb `get` on `secrets` in namespace `pxc`");
        let seen = SecretSeen { name: "pxc/keys".to_owned(), state: SecretState::Unread(trouble) };
        let check = secret(&[seen], None).unwrap();
        let fact = "Secret `pxc/keys` was not read: user `ci` may not `get` `secrets` in namespace `pxc`";
        assert_eq!((check.outcome, check.fact.as_str()), (Outcome::CannotTell, fact));
        assert_eq!(check.hint.as_deref(), Some("grant verb `get` on `secrets` in namespace `pxc`"));
    }
}

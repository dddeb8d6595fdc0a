//! Third: whether the live cluster holds every field that Git says, whatever the controller claims: a field can be taken
//! back by hand, kept by another manager, or patched on the way.

use super::verdict::{Check, CheckName};
use crate::model::live::Trouble;

/// What the live cluster is, held against Git.
#[derive(Debug, Clone, PartialEq)]
pub enum Intended {
    /// It was compared.
    Compared {
        /// Fields of the backup block that are not as Git says.
        missing: Vec<Missing>,
        /// Fields of which nobody knows what the controller makes of them, and why.
        unsure: Vec<(String, String)>,
        /// What the backup block holds, for people: `3 storages, 2 schedules, …`.
        summary: String,
    },
    /// It is not there.
    Absent(String),
    /// It was not read.
    Unread(Trouble),
}

/// A field that is not as Git says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// `spec.backup.schedule`.
    pub path: String,
    /// Who wrote the live value and when: `kubectl-edit, 2026-11-20`.
    pub by: Option<String>,
}

/// Whether it is known that the controller applied the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// It did: what is not there was taken back, or never takes.
    Applied,
    /// Nobody can tell: it may still come.
    NotTold,
}

/// Returns whether the live cluster holds what Git says.
pub fn intended(intended: &Intended, known: Known) -> Check {
    match intended {
        Intended::Absent(name) => {
            let fact = format!("`{name}` is not on this cluster");
            Check::failed(CheckName::Intended, fact).hint("--context NAME")
        }
        Intended::Unread(trouble) => Check::unread(CheckName::Intended, "the cluster's object", trouble),
        Intended::Compared { missing, unsure, summary } => {
            if missing.is_empty() {
                return whole(unsure, summary);
            }
            let fields: Vec<String> = missing.iter().take(4).map(field).collect();
            let more = missing.len().saturating_sub(fields.len());
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            let fact = format!("live is not as Git says: {}{more}", fields.join(", "));
            match known {
                Known::Applied => Check::failed(CheckName::Intended, fact).hint("--reconcile"),
                Known::NotTold => Check::waiting(CheckName::Intended, fact).hint("--reconcile"),
            }
        }
    }
}

/// Returns what is said where nothing is known to be missing.
fn whole(unsure: &[(String, String)], summary: &str) -> Check {
    match unsure.first() {
        None => Check::passed(CheckName::Intended, format!("live holds every field of `spec.backup`: {summary}")),
        Some((path, why)) => Check::cannot_tell(
            CheckName::Intended,
            format!("what the controller makes of `{path}` is not known: {why}"),
        ),
    }
}

/// Returns a field with who wrote it.
fn field(missing: &Missing) -> String {
    let by = missing.by.as_ref().map(|by| format!(" ({by})")).unwrap_or_default();
    format!("`{}`{by}", missing.path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::Outcome;

    /// Returns what a comparison comes to.
    fn of(missing: &[(&str, Option<&str>)], unsure: &[(&str, &str)], known: Known) -> (Outcome, String) {
        let own = |text: &&str| (*text).to_owned();
        let missing = missing.iter().map(|(path, by)| Missing { path: own(path), by: by.as_ref().map(own) }).collect();
        let unsure = unsure.iter().map(|(path, why)| (own(path), own(why))).collect();
        let check = intended(&Intended::Compared { missing, unsure, summary: "2 storages".to_owned() }, known);
        (check.outcome, check.fact)
    }

    #[test]
    fn a_field_that_is_missing_after_the_sync_was_taken_back_and_before_it_is_waited_for() {
        let missing = [("spec.backup.schedule", Some("kubectl-edit, 2026-11-20")), ("spec.backup.pitr.enabled", None)];
        let fact =
            "live is not as Git says: `spec.backup.schedule` (kubectl-edit, 2026-11-20), `spec.backup.pitr.enabled`";
        assert_eq!(of(&missing, &[], Known::Applied), (Outcome::Failed, fact.to_owned()));
        assert_eq!(of(&missing, &[], Known::NotTold), (Outcome::Waiting, fact.to_owned()));
        let whole = "live holds every field of `spec.backup`: 2 storages";
        assert_eq!(of(&[], &[], Known::NotTold), (Outcome::Passed, whole.to_owned()));
        let unsure = "what the controller makes of `spec.backup` is not known: `spec.patches[0]`";
        assert_eq!(
            of(&[], &[("spec.backup", "`spec.patches[0]`")], Known::Applied),
            (Outcome::CannotTell, unsure.to_owned())
        );
    }

    #[test]
    fn many_missing_fields_are_counted() {
        let missing = [("a", None), ("b", None), ("c", None), ("d", None), ("e", None), ("f", None)];
        assert_eq!(of(&missing, &[], Known::Applied).1, "live is not as Git says: `a`, `b`, `c`, `d` and 2 more");
    }
}

//! The command to type next, with what is known of the place; what is not known stands in capitals.

use crate::cli::SubjectArgs;
use crate::diagnose::{Cause, Diagnosis, Mismatch};
use crate::model::incident::Action;
use crate::model::shell::quoted;

/// What prints the logs that a diagnosis needs, of the pods that the storage's repair has to reach.
const LOGS: &str = "kubectl logs --all-containers --prefix POD | leeward diagnose --log -";

/// Returns the command that a cause calls for: the plan of its action, or another look once something is mended; none
/// where nothing has to be done.
pub(super) fn command(diagnosis: &Diagnosis, subject: &SubjectArgs) -> Option<String> {
    // What worked from here a moment ago is not moved away from: the log of a newer backup tells.
    let is_doubtful = diagnosis.contradiction.is_some_and(|found| found.kind == Mismatch::OnlyTheLogs);
    if is_doubtful { Some(again(diagnosis, subject)) } else { of_cause(diagnosis, subject) }
}

/// Returns what looks again once something is mended: at the cluster where that was looked at, else at logs.
fn again(diagnosis: &Diagnosis, subject: &SubjectArgs) -> String {
    let (Some(_), [cluster]) = (&diagnosis.site, subject.cluster.as_slice()) else { return LOGS.to_owned() };
    let storage = subject.storage.iter().map(|storage| format!(" --storage {}", quoted(storage)));
    format!("leeward diagnose --cluster {}{}", quoted(cluster), storage.collect::<String>())
}

/// Returns the command that a cause by itself calls for.
fn of_cause(diagnosis: &Diagnosis, subject: &SubjectArgs) -> Option<String> {
    let cause = diagnosis.leading.cause;
    let Some(action) = cause.remedy().action() else {
        return (cause != Cause::Healthy).then(|| again(diagnosis, subject));
    };
    let mut words: Vec<String> = ["leeward", "plan"].map(str::to_owned).into();
    let mut add = |flag: &str, value: &str| words.extend([flag.to_owned(), quoted(value)]);
    subject.cluster.iter().for_each(|cluster| add("--cluster", cluster));
    add("--storage", subject.storage.as_deref().unwrap_or("STORAGE"));
    match action {
        Action::Rotate => add("--action", action.word()),
        Action::Failover | Action::Buffer => add("--to", subject.to.as_deref().unwrap_or("TARGET")),
    }
    if subject.cluster.is_empty() {
        words.push("--all".to_owned());
    }
    Some(words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnose::{Evidence, Observed, Snapshot, diagnose};

    /// Returns the diagnosis of a cause, from logs alone.
    fn of(cause: Cause) -> Diagnosis {
        let mut diagnosis = diagnose(&Evidence::default());
        diagnosis.leading.cause = cause;
        diagnosis
    }

    #[test]
    fn names_what_is_known_and_leaves_room_for_the_rest() {
        let nobody = SubjectArgs { cluster: Vec::new(), storage: None, to: None };
        let command = |cause, subject| command(&of(cause), subject).unwrap_or_default();
        assert_eq!(command(Cause::StorageFull, &nobody), "leeward plan --storage STORAGE --to TARGET --all");
        let known = SubjectArgs {
            cluster: vec!["pxc/cluster1".to_owned()],
            storage: Some("minio-a".to_owned()),
            to: Some("minio-b".to_owned()),
        };
        let failover = "leeward plan --cluster pxc/cluster1 --storage minio-a --to minio-b";
        assert_eq!(command(Cause::EndpointUnreachable, &known), failover);
        let rotate = "leeward plan --cluster pxc/cluster1 --storage minio-a --action rotate";
        assert_eq!(command(Cause::SecretKeyWrong, &known), rotate);
        assert_eq!(command(Cause::AccessDenied, &known), LOGS);
        assert_eq!(command(Cause::Healthy, &known), "");
        let seen = diagnose(&Evidence { observed: Some(Observed::read(&Snapshot::default())), ..Evidence::default() });
        let mut denied = of(Cause::AccessDenied);
        denied.site = seen.site;
        let again = "leeward diagnose --cluster pxc/cluster1 --storage minio-a";
        assert_eq!(super::command(&denied, &known).as_deref(), Some(again));
    }
}

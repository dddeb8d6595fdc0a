//! The command to type next, with what is known of the place; what is not known stands in capitals.

use crate::cli::SubjectArgs;
use crate::diagnose::{Cause, Confidence, Diagnosis, Mismatch, PROBE};
use crate::model::incident::Action;
use crate::model::shell::quoted;

/// What prints the logs that a diagnosis needs, of the pods that the storage's repair has to reach.
const LOGS: &str = "kubectl logs --all-containers --prefix POD | leeward diagnose --log -";

/// Returns the command that a cause calls for: the plan of its action, or another look once something is mended; none
/// where nothing has to be done.
pub(super) fn command(diagnosis: &Diagnosis, subject: &SubjectArgs) -> Option<String> {
    // What worked from here a moment ago is not moved away from: the log of a newer backup tells.
    let is_doubtful = diagnosis.contradiction.is_some_and(|found| found.kind == Mismatch::OnlyTheLogs);
    let leading = &diagnosis.leading;
    let is_from_here = leading.cites.iter().all(|cite| cite.source.starts_with(PROBE));
    match leading.cause.remedy().action() {
        _ if is_doubtful => Some(LOGS.to_owned()),
        _ if leading.confidence > Confidence::Possible || !is_from_here => of_cause(leading.cause, subject),
        None if leading.cause == Cause::Healthy => Some(again(subject, "--write-probe")),
        // Whose keys they were is not known: nothing is rotated for that.
        Some(Action::Rotate) => Some(again(subject, "--credentials FILE")),
        _ => of_cause(leading.cause, subject),
    }
}

/// Returns the command that asks the same place again, with one flag more.
fn again(subject: &SubjectArgs, flag: &str) -> String {
    let mut words: Vec<String> = ["leeward", "diagnose"].map(str::to_owned).into();
    for (name, value) in [("--cluster", subject.cluster.first()), ("--storage", subject.storage.as_ref())] {
        words.extend(value.into_iter().flat_map(|value| [name.to_owned(), quoted(value)]));
    }
    if subject.cluster.is_empty() {
        words.push("--probe https://HOST:PORT/BUCKET".to_owned());
    }
    words.push(flag.to_owned());
    words.join(" ")
}

/// Returns the command that a cause by itself calls for.
fn of_cause(cause: Cause, subject: &SubjectArgs) -> Option<String> {
    let Some(action) = cause.remedy().action() else {
        return (cause != Cause::Healthy).then(|| LOGS.to_owned());
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

    #[test]
    fn names_what_is_known_and_leaves_room_for_the_rest() {
        let nobody = SubjectArgs { cluster: Vec::new(), storage: None, to: None };
        let command = |cause, subject| of_cause(cause, subject).unwrap_or_default();
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
    }
}

//! The command to type next, with what is known of the place; what nobody knows stands in capitals.

use super::git::Site;
use super::typed;
use crate::cli::{DiagnoseArgs, SubjectArgs};
use crate::diagnose::{Cause, Diagnosis, Mismatch, PlaceSeen, Side};
use crate::model::incident::Action;
use crate::model::shell::quoted;

/// What prints the logs that a diagnosis needs, of the pods that the storage's repair has to reach.
const LOGS: &str = "kubectl logs --all-containers --prefix POD | leeward diagnose --log -";
/// A place to probe that nobody typed.
const PLACE: &str = " --probe https://HOST:PORT/BUCKET";
/// Keys that nobody named.
const KEYS: &str = "--credentials FILE";

/// How to look again once something is mended, each with the flags that were typed.
#[derive(Debug, Default)]
pub(super) struct Again {
    /// At the cluster, where this run looked at it.
    live: Option<String>,
    /// At the storage: the one that was typed, else one on S3 that Git knows.
    probe: Option<String>,
    /// At the storage, as far as nothing more was typed: what one flag more is added to.
    asked: String,
    /// At the logs of the cluster's backups, where its namespace is known.
    logs: Option<String>,
    /// The repository, as flags.
    repository: String,
    /// Whether nothing but a place that was typed was looked at.
    is_of_url: bool,
}

impl Again {
    /// Returns how the question of a run is asked again.
    pub(super) fn of(args: &DiagnoseArgs, site: Option<&Site>, subject: &SubjectArgs) -> Self {
        let (named, asking, repository) = (typed::subject(subject), typed::asking(args), typed::repository(args));
        let (url, is_live) = (typed::url(args), super::live::is_asked(args));
        let is_named = !subject.cluster.is_empty();
        let place = url.clone().unwrap_or_default();
        let live = (is_live && is_named)
            .then(|| format!("leeward diagnose{named}{}{place}{asking}{repository}", typed::server(args)));
        let is_s3 = |name: &String| {
            let storage = site.and_then(|site| site.cluster.backup.storages.get(name));
            storage.is_some_and(|storage| storage.kind() == "s3")
        };
        let of_git = (is_named && !args.probe.no_probe && subject.storage.as_ref().is_some_and(is_s3))
            .then(|| format!("leeward diagnose{named} --probe{asking}{repository}"));
        let of_url = url.as_ref().map(|url| format!("leeward diagnose{named}{url}{asking}{repository}"));
        let place = url.clone().or_else(|| (!is_named).then(|| PLACE.to_owned())).unwrap_or_default();
        let asked = live.clone().unwrap_or_else(|| format!("leeward diagnose{named}{place}{asking}{repository}"));
        let logs = site.filter(|_| is_named).and_then(|site| {
            let (namespace, name) = (site.cluster.id.namespace.as_ref()?, &site.cluster.id.name);
            let labels = format!("percona.com/cluster={name},percona.com/backup-type=xtrabackup");
            let named = typed::subject(&SubjectArgs { storage: args.subject.storage.clone(), ..subject.clone() });
            Some(format!(
                "kubectl logs -n {} -l {} --all-containers --prefix --tail=-1 | leeward diagnose --log -{named}{repository}",
                quoted(namespace),
                quoted(&labels),
            ))
        });
        let is_of_url = url.is_some() && !is_live && args.evidence.log.is_empty() && args.evidence.evidence.is_empty();
        Self { live, probe: of_url.or(of_git), asked, logs, repository, is_of_url }
    }

    /// Returns the way to more evidence.
    fn look(&self) -> String {
        self.live.as_ref().or(self.logs.as_ref()).cloned().unwrap_or_else(|| LOGS.to_owned())
    }

    /// Returns the way to see whether a cause is mended: what lies on the storage's side shows in a probe.
    fn mended(&self, cause: Cause) -> String {
        let of_storage = Some(&self.probe).filter(|_| cause.side() == Side::Storage).and_then(Option::as_ref);
        self.live.as_ref().or(of_storage).cloned().unwrap_or_else(|| self.look())
    }

    /// Returns the command that asks the same place again, with one flag more.
    fn more(&self, flag: &str) -> String {
        let is_typed = self.asked.ends_with(flag) || self.asked.contains(&format!("{flag} "));
        if is_typed { self.asked.clone() } else { format!("{} {flag}", self.asked) }
    }
}

/// Returns the command that a cause calls for: the plan of its action, or another look once something is mended; none
/// where nothing has to be done.
pub(super) fn command(diagnosis: &Diagnosis, subject: &SubjectArgs, again: &Again) -> Option<String> {
    // What worked from here a moment ago is not moved away from: the log of a newer backup tells.
    let is_doubtful = diagnosis.contradiction.is_some_and(|found| found.kind == Mismatch::OnlyTheLogs);
    let leading = &diagnosis.leading;
    // A server of S3 that answers all that it is asked, and still nobody can tell: no right was tried.
    let is_keyless = |place: &PlaceSeen| place.cause == Cause::CannotTell && place.answers && !place.has_errors;
    match leading.cause.remedy().action() {
        _ if is_doubtful => Some(again.look()),
        _ if again.is_of_url && diagnosis.places.iter().any(is_keyless) => Some(again.more(KEYS)),
        _ if !leading.is_only_possible_from_here() => of_cause(leading.cause, subject, again),
        None if leading.cause == Cause::Healthy => Some(again.more("--write-probe")),
        // Whose keys they were is not known: nothing is rotated for that.
        Some(Action::Rotate) => Some(again.more(KEYS)),
        Some(Action::Failover | Action::Buffer) => Some(again.look()),
        None => of_cause(leading.cause, subject, again),
    }
}

/// Returns the command that a cause by itself calls for.
fn of_cause(cause: Cause, subject: &SubjectArgs, again: &Again) -> Option<String> {
    let Some(action) = cause.remedy().action() else {
        return match cause {
            Cause::Healthy => None,
            Cause::CannotTell => Some(again.look()),
            cause => Some(again.mended(cause)),
        };
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
    Some(words.join(" ") + &again.repository)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_is_known_and_leaves_room_for_the_rest() {
        let nobody = SubjectArgs { cluster: Vec::new(), storage: None, to: None };
        let command = |cause, subject| of_cause(cause, subject, &Again::default()).unwrap_or_default();
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

    #[test]
    fn looks_again_where_it_shows() {
        let way = |text: &str| Some(text.to_owned());
        let nobody = SubjectArgs { cluster: Vec::new(), storage: None, to: None };
        let git = || Again { probe: way("probe"), logs: way("logs"), ..Again::default() };
        let command = |cause, again: &Again| of_cause(cause, &nobody, again).unwrap_or_default();
        assert_eq!(command(Cause::AccessDenied, &git()), "probe");
        assert_eq!(
            [Cause::SecretMissing, Cause::DatabaseSide, Cause::CannotTell].map(|cause| command(cause, &git())),
            ["logs"; 3]
        );
        let live = Again { live: way("live"), ..git() };
        assert_eq!(
            [Cause::AccessDenied, Cause::DatabaseSide, Cause::CannotTell].map(|cause| command(cause, &live)),
            ["live"; 3]
        );
    }
}

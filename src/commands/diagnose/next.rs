//! The command to type next, with what is known of the place; what nobody knows stands in capitals.

use super::git::Site;
use crate::cli::{DiagnoseArgs, SubjectArgs};
use crate::diagnose::{Cause, Diagnosis, Mismatch, Side};
use crate::model::incident::Action;
use crate::model::shell::quoted;

/// What prints the logs that a diagnosis needs, of the pods that the storage's repair has to reach.
const LOGS: &str = "kubectl logs --all-containers --prefix POD | leeward diagnose --log -";

/// How to look again once something is mended.
#[derive(Debug, Default)]
pub(super) struct Again {
    /// At the cluster, where this run looked at it.
    live: Option<String>,
    /// At the storage, where Git knows one on S3.
    probe: Option<String>,
    /// At the logs of the cluster's backups, where its namespace is known.
    logs: Option<String>,
}

impl Again {
    /// Returns how the question of a run is asked again.
    pub(super) fn of(args: &DiagnoseArgs, site: Option<&Site>, subject: &SubjectArgs) -> Self {
        let cluster = subject.cluster.first().map(|name| quoted(name));
        let is_live = super::live::is_asked(args);
        let live = cluster.as_ref().filter(|_| is_live).map(|cluster| {
            let context = args.live.context.as_ref().map(|context| format!(" --context {}", quoted(context)));
            let file =
                args.live.kubeconfig.as_ref().map(|file| format!(" --kubeconfig {}", quoted(&file.to_string_lossy())));
            let storage = subject.storage.as_ref().map(|storage| format!(" --storage {}", quoted(storage)));
            let flags: String = storage.into_iter().chain(context).chain(file).collect();
            format!("leeward diagnose --cluster {cluster}{flags}")
        });
        let storage = subject.storage.as_ref();
        let is_s3 = |name: &&String| {
            site.is_some_and(|site| {
                site.cluster.backup.storages.get(*name).is_some_and(|storage| storage.kind() == "s3")
            })
        };
        let probe = cluster.as_ref().zip(storage.filter(is_s3));
        let probe = probe.map(|(cluster, storage)| {
            format!("leeward diagnose --cluster {cluster} --storage {} --probe", quoted(storage))
        });
        let logs = site.and_then(|site| {
            let (namespace, name) = (site.cluster.id.namespace.as_ref()?, &site.cluster.id.name);
            let labels = format!("percona.com/cluster={name},percona.com/backup-type=xtrabackup");
            Some(format!(
                "kubectl logs -n {} -l {} --all-containers --prefix --tail=-1 | leeward diagnose --log - --cluster {}",
                quoted(namespace),
                quoted(&labels),
                cluster.as_ref()?
            ))
        });
        Self { live, probe, logs }
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
}

/// Returns the command that a cause calls for: the plan of its action, or another look once something is mended; none
/// where nothing has to be done.
pub(super) fn command(diagnosis: &Diagnosis, subject: &SubjectArgs, again: &Again) -> Option<String> {
    // What worked from here a moment ago is not moved away from: the log of a newer backup tells.
    let is_doubtful = diagnosis.contradiction.is_some_and(|found| found.kind == Mismatch::OnlyTheLogs);
    let leading = &diagnosis.leading;
    match leading.cause.remedy().action() {
        _ if is_doubtful => Some(again.look()),
        _ if !leading.is_only_possible_from_here() => of_cause(leading.cause, subject, again),
        None if leading.cause == Cause::Healthy => Some(asked_more(subject, "--write-probe")),
        // Whose keys they were is not known: nothing is rotated for that.
        Some(Action::Rotate) => Some(asked_more(subject, "--credentials FILE")),
        Some(Action::Failover | Action::Buffer) => Some(again.look()),
        None => of_cause(leading.cause, subject, again),
    }
}

/// Returns the command that asks the same place again, with one flag more.
fn asked_more(subject: &SubjectArgs, flag: &str) -> String {
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
    Some(words.join(" "))
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
        let git = || Again { live: None, probe: way("probe"), logs: way("logs") };
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

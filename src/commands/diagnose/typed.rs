//! The flags of a run as they are typed again: what comes next goes on from what was typed, with the same place, keys,
//! repository and API server. Holds no key, only the names of files.

use std::fmt::Display;

use crate::cli::{DiagnoseArgs, SubjectArgs};
use crate::model::shell::quoted;

/// The region that is asked for where nobody names one.
const REGION: &str = "us-east-1";
/// The seconds that a run has where nobody says.
const TIMEOUT: u64 = 10;

/// Returns the cluster and the storage as flags.
pub(super) fn subject(subject: &SubjectArgs) -> String {
    let cluster = subject.cluster.first().map(|name| flag("--cluster", name));
    let storage = subject.storage.as_ref().map(|name| flag("--storage", name));
    cluster.into_iter().chain(storage).collect()
}

/// Returns the URL that a probe was asked for, as a flag.
pub(super) fn url(args: &DiagnoseArgs) -> Option<String> {
    args.probe.probe.as_ref().filter(|url| !url.is_empty()).map(|url| flag("--probe", url))
}

/// Returns how places are asked from here: keys, region, certificates, time; whether something is written.
pub(super) fn asking(args: &DiagnoseArgs) -> String {
    let probe = &args.probe;
    let keys = probe.credentials.iter().map(|file| flag("--credentials", file));
    let region = Some(&probe.region).filter(|region| *region != REGION).map(|region| flag("--region", region));
    let ca = probe.ca_file.as_ref().map(|file| flag("--ca-file", file.display()));
    let timeout = Some(probe.timeout).filter(|seconds| *seconds != TIMEOUT).map(|seconds| flag("--timeout", seconds));
    let bare = [
        (probe.no_verify_tls, " --no-verify-tls"),
        (probe.write_probe, " --write-probe"),
        (probe.no_probe, " --no-probe"),
        (args.live.read_secrets, " --read-secrets"),
    ];
    let bare = bare.into_iter().filter(|(is_typed, _)| *is_typed).map(|(_, flag)| flag.to_owned());
    keys.chain(region).chain(ca).chain(timeout).chain(bare).collect()
}

/// Returns the API server as flags.
pub(super) fn server(args: &DiagnoseArgs) -> String {
    let context = args.live.context.as_ref().map(|context| flag("--context", context));
    let file = args.live.kubeconfig.as_ref().map(|file| flag("--kubeconfig", file.display()));
    context.into_iter().chain(file).collect()
}

/// Returns the repository as flags.
pub(super) fn repository(args: &DiagnoseArgs) -> String {
    let is_elsewhere = args.probe.repo.as_os_str() != ".";
    let repo = is_elsewhere.then(|| flag("--repo", args.probe.repo.display()));
    let base = args.probe.base.as_ref().map(|base| flag("--base", base));
    repo.into_iter().chain(base).collect()
}

/// Returns a flag with its value.
fn flag(name: &str, value: impl Display) -> String {
    format!(" {name} {}", quoted(&value.to_string()))
}

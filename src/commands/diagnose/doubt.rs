//! What was typed and is not what Git or the cluster has: it is said, and does not go into what is typed next. A wrong name
//! beside a log must never cost the answer, nor pass for a right one.

use super::Gathered;
use super::git::{Git, Known};
use super::live;
use crate::cli::{DiagnoseArgs, SubjectArgs};

/// What stands in the next command for a cluster that is not there.
pub(super) const NOBODY: &str = "NAMESPACE/NAME";

/// Says what of a run's flags leads nowhere, and takes it out of the subject.
pub(super) fn notes(args: &DiagnoseArgs, git: &Git<'_>, gathered: &Gathered, subject: &mut SubjectArgs) -> Vec<String> {
    if live::is_asked(args) {
        return unasked(args, git, gathered, subject).into_iter().collect();
    }
    // What a folder of evidence is about is told from it alone.
    let is_typed = !args.subject.cluster.is_empty() || args.subject.storage.is_some();
    let is_elsewhere = args.probe.repo.as_os_str() != "." || args.probe.base.is_some();
    if !args.evidence.evidence.is_empty() || !(is_typed || is_elsewhere) {
        return Vec::new();
    }
    match git.known() {
        Ok(known) if known.sites.is_empty() => Vec::new(),
        Ok(known) => absent(known, subject),
        // Who stands in no repository and names none asks nothing of it.
        Err(error) if is_elsewhere => {
            let repo = args.probe.repo.display().to_string();
            vec![format!("repository `{}` was not read: {}", repo.escape_debug(), error.root_cause())]
        }
        Err(_) => Vec::new(),
    }
}

/// Says which names Git does not have, and takes them out of the subject.
fn absent(known: &Known, subject: &mut SubjectArgs) -> Vec<String> {
    let mut notes = Vec::new();
    let all: Vec<String> = known.sites.iter().map(|site| known.shown(&site.cluster.id)).collect();
    for text in &mut subject.cluster {
        if known.meant(std::slice::from_ref(text)).is_empty() {
            notes.push(format!("Git has no cluster `{}`: there are `{}`", text.escape_debug(), all.join("`, `")));
            NOBODY.clone_into(text);
        }
    }
    let meant = known.meant(&subject.cluster);
    let has = |name: &String| meant.iter().any(|site| site.cluster.backup.storages.contains_key(name));
    if let Some(name) = subject.storage.take_if(|name| !meant.is_empty() && !has(name)) {
        let mut listed: Vec<&str> =
            meant.iter().flat_map(|site| site.cluster.backup.storages.keys()).map(String::as_str).collect();
        listed.sort_unstable();
        listed.dedup();
        notes.push(format!("in Git no storage is `{}`: there are `{}`", name.escape_debug(), listed.join("`, `")));
    }
    notes
}

/// Says whose storages were asked, where those of the cluster could not be read.
fn unasked(args: &DiagnoseArgs, git: &Git<'_>, gathered: &Gathered, subject: &SubjectArgs) -> Option<String> {
    let is_unread = gathered.evidence.observed.as_ref().is_some_and(|observed| observed.cluster.is_none());
    let is_url = args.probe.probe.as_ref().is_some_and(|url| !url.is_empty());
    if !is_unread || is_url || args.probe.no_probe {
        return None;
    }
    match git.known().and_then(|known| Ok(known.one(&subject.cluster)?)) {
        Ok(_) => Some("the storages were asked as Git has them: the cluster could not be read".to_owned()),
        Err(error) => args.probe.probe.as_ref().map(|_| {
            format!(
                "no storage was asked: the cluster could not be read, and Git does not tell: {}",
                error.root_cause()
            )
        }),
    }
}

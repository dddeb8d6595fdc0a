//! Commands as a person types them: flags of this run, quoted for a shell, and the proposal that renders an incident again.
//! Knows nothing of what was looked at.

use std::path::PathBuf;

use crate::cli::{BuilderArg, ProposalArgs};
use crate::commands::next::word;
use crate::model::incident::{Incident, Stage};
use crate::model::shell::quoted;
use crate::plan;
use crate::report::masked;

/// Returns the command that renders an incident again as it stands.
pub(super) fn rendered(incident: &Incident, args: &ProposalArgs) -> String {
    let place = place(args);
    if incident.stage == Stage::Protect {
        return line(&[&plan::again(incident), &place]);
    }
    let (id, cluster) = (quoted(&incident.id), quoted(&incident.cluster.shown()));
    let confirmed = flag("--confirmed-backup", incident.confirmed_backup.as_ref());
    line(&["leeward propose --incident", &id, "--stage resume --cluster", &cluster, &confirmed, &place])
}

/// Returns the flags that name the repository and the base, and how they are built.
pub(super) fn place(args: &ProposalArgs) -> String {
    let repo = (args.repo.as_os_str() != ".").then(|| args.repo.to_string_lossy().into_owned());
    let builder = Some(word(&args.builder)).filter(|_| args.builder != BuilderArg::Auto);
    line(&[
        &flag("--repo", repo.as_ref()),
        &flag("--base", args.base.as_ref()),
        &flag("--load-restrictor", args.load_restrictor.as_ref().map(word).as_ref()),
        &flag("--builder", builder.as_ref()),
    ])
}

/// Returns a flag with its value, where it has one.
pub(super) fn flag(name: &str, value: Option<&String>) -> String {
    value.map(|value| format!("{name} {}", quoted(value))).unwrap_or_default()
}

/// Returns a path as text.
pub(super) fn path(path: Option<&PathBuf>) -> Option<String> {
    path.map(|path| path.to_string_lossy().into_owned())
}

/// Returns words as one line.
pub(super) fn line(words: &[&str]) -> String {
    masked(&words.iter().filter(|word| !word.is_empty()).copied().collect::<Vec<_>>().join(" "), &[])
}

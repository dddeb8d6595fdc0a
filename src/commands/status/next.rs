//! What to type next, for each place an incident can stand at. Names what Git and the cluster know; asks for nothing that
//! they know already.

use std::path::Path;

use super::row::Row;
use crate::cli::StatusArgs;
use crate::model::incident::{Incident, Stage};
use crate::model::shell::{git_in, quoted};
use crate::plan::again;
use crate::report::Standing;

/// Returns the command; `cluster` where the incident has several, `confirmed` where a Backup proves the new place. None where nothing has to be done, or nothing that can be typed.
pub(super) fn command(
    row: &Row,
    args: &StatusArgs,
    (cluster, confirmed): (Option<&str>, Option<&str>),
) -> Option<String> {
    let Some(incident) = &row.incident else { return Some(history(row, args)) };
    match row.standing {
        // What was left alone may be all that there is of somebody's work: it is shown, never removed.
        Standing::Proposed | Standing::Abandoned => {
            row.proposed.as_ref().map(|proposed| preview(&proposed.branch, args))
        }
        Standing::InBase => Some(match &row.proposed {
            Some(proposed) => preview(&proposed.branch, args),
            None => onward(incident, args, (cluster, confirmed)),
        }),
        Standing::Edited | Standing::WithoutEffect => {
            let again = row.proposed.as_ref().filter(|one| one.stage == incident.stage && one.left.is_none());
            Some(again.map_or_else(|| rendered(incident, args), |one| preview(&one.branch, args)))
        }
        Standing::Superseded => {
            row.superseded_by.as_ref().map(|later| with(args, &["status", "--incident", later], Live::With))
        }
        Standing::EffectUnknown => Some(with(
            args,
            &["build", if incident.cluster.root.is_empty() { "." } else { &incident.cluster.root }],
            Live::Without,
        )),
        Standing::TakenOut | Standing::ClusterGone => None,
        Standing::Unreadable => Some(history(row, args)),
    }
}

/// Whether a command looks at the cluster that this run looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Live {
    /// It does.
    With,
    /// It reads Git alone.
    Without,
}

/// Returns what follows a stage that stands: proof, then the stage after it.
fn onward(incident: &Incident, args: &StatusArgs, (cluster, confirmed): (Option<&str>, Option<&str>)) -> String {
    let cluster: Vec<&str> = cluster.into_iter().flat_map(|name| ["--cluster", name]).collect();
    let has_more = incident.stage == Stage::Protect && incident.has_resume();
    let words = |verb: &'static str, more: &[&'static str]| {
        [&[verb, "--incident", incident.id.as_str()][..], &cluster[..], more].concat()
    };
    match confirmed.filter(|_| has_more) {
        Some(backup) => {
            let words = [&words("propose", &["--stage", "resume", "--confirmed-backup"])[..], &[backup]].concat();
            // The proposal looks itself, so that nobody's word is asked for what was seen here.
            with(args, &words, Live::With)
        }
        None if has_more => with(args, &words("verify", &["--test-backup"]), Live::With),
        None => with(args, &words("verify", &[]), Live::With),
    }
}

/// Returns the command that renders an overlay again.
fn rendered(incident: &Incident, args: &StatusArgs) -> String {
    let cluster = incident.cluster.shown();
    match incident.stage {
        Stage::Protect => format!("{}{}", again(incident), located(args)),
        Stage::Resume => {
            let words = ["propose", "--incident", &incident.id, "--stage", "resume", "--cluster", &cluster];
            let confirmed: Vec<&str> =
                incident.confirmed_backup.iter().flat_map(|name| ["--confirmed-backup", name]).collect();
            with(args, &[&words[..], &confirmed].concat(), Live::Without)
        }
    }
}

/// Returns the command that shows what merging a branch does.
fn preview(branch: &str, args: &StatusArgs) -> String {
    with(args, &["preview", "--head", branch], Live::With)
}

/// Returns the command that shows who wrote a file.
fn history(row: &Row, args: &StatusArgs) -> String {
    format!("{} log -p -- {}", git_in(&args.which.repo), quoted(&format!("{}/incident.yaml", row.folder)))
}

/// Returns `leeward` with words and with the repository, and the cluster where it looks at one.
fn with(args: &StatusArgs, words: &[&str], live: Live) -> String {
    let words: Vec<String> = std::iter::once("leeward").chain(words.iter().copied()).map(quoted).collect();
    let mut typed = words.join(" ") + &located(args);
    if live == Live::With {
        let context = args.live.context.as_deref().map(|context| format!(" --context {}", quoted(context)));
        let file =
            args.live.kubeconfig.as_ref().map(|file| format!(" --kubeconfig {}", quoted(&file.to_string_lossy())));
        typed.extend(context.into_iter().chain(file));
    }
    typed
}

/// Returns the flags that name the repository and its base, where this run had them.
fn located(args: &StatusArgs) -> String {
    let repo = Some(&args.which.repo).filter(|repo| repo.as_path() != Path::new("."));
    let repo = repo.map(|repo| format!(" --repo {}", quoted(&repo.to_string_lossy())));
    let base = args.which.base.as_ref().map(|base| format!(" --base {}", quoted(base)));
    repo.into_iter().chain(base).collect()
}

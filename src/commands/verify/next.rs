//! The command to type next, with the flags of this run, quoted for a shell.

use super::scene::{Look, Scene};
use crate::model::incident::Stage;
use crate::model::shell::quoted;
use crate::report::masked;
use crate::verify::{CheckName, Outcome};

/// Returns the command that the verdict calls for; `None` where nothing is left to do, or only a person can.
pub(super) fn command(scene: &Scene<'_>, look: &Look) -> Option<String> {
    let outcome = |name: CheckName| look.verdict.check(name).map(|check| check.outcome);
    match outcome(CheckName::Merged)? {
        Outcome::Waiting => return Some(again(scene, "--fetch")),
        Outcome::Failed => return None,
        Outcome::Passed | Outcome::CannotTell => {}
    }
    match outcome(CheckName::Backup) {
        Some(Outcome::Passed) if look.verdict.goes_on() => resume(scene, look),
        Some(Outcome::CannotTell) if look.verdict.goes_on() && look.backup.is_none() => {
            (!scene.args.backup.test_backup).then(|| again(scene, "--test-backup"))
        }
        Some(Outcome::Waiting) => {
            // What is waited for before one can be made has no name of this change's yet.
            let name = look.backup.as_ref().map(|backup| format!("--backup {}", quoted(&backup.name)));
            Some(again(scene, name.as_deref().unwrap_or("--test-backup")))
        }
        _ => None,
    }
}

/// Returns the command that proposes the next stage, where there is one.
fn resume(scene: &Scene<'_>, look: &Look) -> Option<String> {
    let incident = &scene.proposal.standing.incident;
    let has_next = scene.proposal.stage == Stage::Protect && !incident.to.binlogs.is_empty();
    let backup = look.backup.as_ref().filter(|_| has_next && incident.stage == Stage::Protect)?;
    let proof = match &scene.args.wait.verdict_out {
        Some(file) => format!("--verdict {}", quoted(&file.to_string_lossy())),
        None => format!("--confirmed-backup {}", quoted(&backup.name)),
    };
    let (id, cluster) = (quoted(&incident.id), cluster(scene));
    Some(line(&[
        "leeward propose",
        &place(scene),
        "--incident",
        &id,
        "--stage resume",
        &cluster,
        &proof,
        "--push --pr",
    ]))
}

/// Returns this command again with another flag.
fn again(scene: &Scene<'_>, flag: &str) -> String {
    let args = &scene.args.live;
    let incident = quoted(&scene.proposal.standing.incident.id);
    let stage = match scene.args.proposal.stage {
        Some(_) => format!("--stage {}", scene.proposal.stage.word()),
        None => String::new(),
    };
    let context = args.context.as_ref().map(|name| format!("--context {}", quoted(name))).unwrap_or_default();
    let kubeconfig = args.kubeconfig.as_ref().map(|file| format!("--kubeconfig {}", quoted(&file.to_string_lossy())));
    let (kubeconfig, cluster) = (kubeconfig.unwrap_or_default(), cluster(scene));
    line(&["leeward verify", &place(scene), "--incident", &incident, &stage, &cluster, &context, &kubeconfig, flag])
}

/// Returns the flag that names the cluster, where this run had it: what was proved is proved for no other.
fn cluster(scene: &Scene<'_>) -> String {
    let cluster = scene.args.proposal.cluster.as_ref().map(|name| format!("--cluster {}", quoted(name)));
    cluster.unwrap_or_default()
}

/// Returns the flags that name the repository and the base.
fn place(scene: &Scene<'_>) -> String {
    let args = &scene.args.proposal;
    let repo = (args.repo.as_os_str() != ".").then(|| format!("--repo {}", quoted(&args.repo.to_string_lossy())));
    let base = args.base.as_ref().map(|base| format!("--base {}", quoted(base)));
    repo.into_iter().chain(base).collect::<Vec<_>>().join(" ")
}

/// Returns words as one line.
fn line(words: &[&str]) -> String {
    masked(&words.iter().filter(|word| !word.is_empty()).copied().collect::<Vec<_>>().join(" "), &[])
}

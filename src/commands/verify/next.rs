//! The command to type next, with the flags of this run, quoted for a shell.

use super::scene::{Look, Scene};
use super::typed::{flag, line, path, place};
use crate::cli::SecretUse;
use crate::commands::next::word;
use crate::model::incident::Stage;
use crate::model::shell::quoted;
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
        Some(Outcome::Passed) if look.verdict.is_enough() => resume(scene, look),
        Some(Outcome::CannotTell) if look.verdict.goes_on() && look.backup.is_none() => {
            // What could not be asked may answer the next time, and finds a backup that was made all the same.
            let is_new = !scene.args.backup.test_backup || look.broken.is_some();
            is_new.then(|| again(scene, "--test-backup"))
        }
        Some(Outcome::Waiting) => {
            // What is waited for before one can be made has no name of this change's yet.
            let name = look.backup.as_ref().map(|backup| format!("--backup {}", quoted(&backup.name)));
            Some(again(scene, name.as_deref().unwrap_or("--test-backup")))
        }
        // One that was named proves nothing: another one may.
        Some(Outcome::Failed) if scene.args.backup.backup.is_some() && look.backup.is_none() => {
            Some(again(scene, "--test-backup"))
        }
        _ => None,
    }
}

/// Returns the command that proposes the next stage, where there is one.
fn resume(scene: &Scene<'_>, look: &Look) -> Option<String> {
    let incident = &scene.proposal.standing.incident;
    let has_next = scene.proposal.stage == Stage::Protect && !incident.to.binlogs.is_empty();
    let backup = look.backup.as_ref().filter(|_| has_next && incident.stage == Stage::Protect)?;
    let live = &scene.args.live;
    let proof = match &scene.args.wait.verdict_out {
        Some(file) => format!("--verdict {}", quoted(&file.to_string_lossy())),
        // With the way to the cluster it is looked at again; without it the name would be a person's word.
        None => line(&[
            &format!("--confirmed-backup {}", quoted(&backup.name)),
            &flag("--context", live.context.as_ref()),
            &flag("--kubeconfig", path(live.kubeconfig.as_ref()).as_ref()),
        ]),
    };
    let (id, cluster) = (quoted(&incident.id), cluster(scene));
    let version = flag("--operator-version", live.operator_version.as_ref());
    Some(line(&[
        "leeward propose",
        &place(&scene.args.proposal),
        "--incident",
        &id,
        "--stage resume",
        &cluster,
        &version,
        &proof,
        "--push --pr",
    ]))
}

/// Returns this command again with another flag: what it read, and what it wrote, it reads and writes again.
fn again(scene: &Scene<'_>, backup: &str) -> String {
    let (args, of) = (scene.args, path);
    let stage = scene.args.proposal.stage.map(|_| scene.proposal.stage.word().to_owned());
    let secrets = Some(word(&args.live.secrets)).filter(|_| args.live.secrets != SecretUse::None);
    let flags = [
        flag("--stage", stage.as_ref()),
        cluster(scene),
        flag("--context", args.live.context.as_ref()),
        flag("--kubeconfig", of(args.live.kubeconfig.as_ref()).as_ref()),
        flag("--secrets", secrets.as_ref()),
        flag("--operator-version", args.live.operator_version.as_ref()),
        flag("--storage", args.backup.storage.as_ref()),
        flag("--credentials", of(args.backup.credentials.as_ref()).as_ref()),
        flag("--ca-file", of(args.backup.ca_file.as_ref()).as_ref()),
        flag("--restore-manifest", of(args.backup.restore_manifest.as_ref()).as_ref()),
        flag("--verdict-out", of(args.wait.verdict_out.as_ref()).as_ref()),
        flag("--remote", args.comment.remote.as_ref()),
        backup.to_owned(),
    ];
    let incident = quoted(&scene.proposal.standing.incident.id);
    let place = place(&args.proposal);
    let words = ["leeward verify", &place, "--incident", &incident].into_iter().chain(flags.iter().map(String::as_str));
    line(&words.collect::<Vec<_>>())
}

/// Returns the flag that names the cluster, where this run had it: what was proved is proved for no other.
fn cluster(scene: &Scene<'_>) -> String {
    flag("--cluster", scene.args.proposal.cluster.as_ref())
}

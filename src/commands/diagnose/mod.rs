//! `diagnose`: evidence → what is wrong, on which lines that rests, and what it calls for. Writes nothing, or the folder
//! of `--save`; what is saved is what the answer rests on, so that it can be had again.

mod bundle;
mod doubt;
mod fill;
mod git;
mod input;
mod live;
mod next;
mod placed;
mod probe;
mod taker;
mod typed;

use std::time::Instant;

use jiff::Timestamp;

use super::Answer;
use crate::cli::{DiagnoseArgs, Format, ProbeArgs, SubjectArgs};
use crate::diagnose::clock::{self, ClockFacts};
use crate::diagnose::{Cause, Diagnosis, Evidence, Log, Observed, Snapshot, failing_storage};
use crate::failure::{Failure, outside, refused, usage};
use crate::model::backup::Backup;
use crate::report::{self, ClockReport, DiagnosisReport};
use bundle::{Opened, Saver};
use fill::Filled;
use git::Git;
use input::Input;
use next::Again;
use probe::{Known, Secrets};

/// What there is to look at, and where it is saved.
struct Gathered {
    /// The evidence.
    evidence: Evidence,
    /// The objects of the cluster that was looked at.
    snapshot: Option<Snapshot>,
    /// The folder that takes them.
    saver: Option<Saver>,
}

/// Runs the verb.
pub(super) fn run(args: &DiagnoseArgs, format: Format, now: Timestamp) -> anyhow::Result<Answer> {
    let (mut subject, git) = (args.subject.clone(), Git::of(&args.probe));
    let gathered = gather(args, &git, &mut subject, now)?;
    let doubts = doubt::notes(args, &git, &gathered, &mut subject);
    let Gathered { mut evidence, snapshot, saver } = gathered;
    let diagnosis = placed::diagnosed(args, &git, &subject, &mut evidence);
    let (asked, given) = (subject.clone(), &args.evidence);
    name(&mut subject, &diagnosis);
    let filled = filled(args, &git, &mut subject, &diagnosis);
    if let Some(saver) = saver {
        // Which storage is asked for decides what evidence means: it stays as it was.
        saver.finish(&SubjectArgs { storage: asked.storage, ..subject.clone() }, snapshot.as_ref())?;
    }
    let site = git_site(args, &git, &subject);
    let mut report = DiagnosisReport::of(&diagnosis, &evidence, None);
    let clusters: Vec<String> = subject.cluster.iter().filter(|name| *name != doubt::NOBODY).cloned().collect();
    report.about(&clusters, subject.storage.as_ref());
    report.next = next::command(&diagnosis, &subject, &Again::of(args, site, &subject));
    report.clock = live_clock(&evidence, &diagnosis);
    if report.clock.is_empty() && given.save.is_none() {
        report.clock = git_clock(args, &git, (site, &subject), now);
    }
    report.adapt(filled.remedy, filled.notes);
    let text = match format {
        Format::Text => report::diagnosis_text(&report),
        Format::Markdown => report::diagnosis_markdown(&report),
        Format::Json => report::diagnosis_json(&report),
    };
    let failure = unnamed(&diagnosis, &report);
    let code = failure.as_ref().map_or(0, |failure| failure.kind.exit_code());
    Ok(Answer { text, code, signs: None, failure, notes: doubts })
}

/// Fills in what nobody said and Git knows. What a folder of evidence holds is told from it alone, so that it reads the
/// same everywhere.
fn filled(args: &DiagnoseArgs, git: &Git<'_>, subject: &mut SubjectArgs, diagnosis: &Diagnosis) -> Filled {
    let is_needed = diagnosis.leading.cause.remedy().action().is_some();
    let (true, true, Ok(known)) = (is_needed, args.evidence.evidence.is_empty(), git.known()) else {
        return Filled::default();
    };
    let mut more = subject.clone();
    let filled = fill::fill(&mut more, diagnosis, known);
    if args.evidence.save.is_none() {
        *subject = more;
        return filled;
    }
    if more.storage == subject.storage {
        *subject = more;
    }
    Filled::default()
}

/// Returns the one cluster that the question is about, as Git has it, where a person named one.
fn git_site<'a>(args: &DiagnoseArgs, git: &'a Git<'_>, subject: &SubjectArgs) -> Option<&'a git::Site> {
    let is_named = !subject.cluster.is_empty() && args.evidence.evidence.is_empty();
    let known = is_named.then(|| git.known().ok())??;
    known.one(&subject.cluster).ok()
}

/// Returns how much time there is, as far as Git tells.
fn git_clock(
    args: &DiagnoseArgs,
    git: &Git<'_>,
    (site, subject): (Option<&git::Site>, &SubjectArgs),
    now: Timestamp,
) -> Vec<ClockReport> {
    let (Some(site), Ok(known)) = (site, git.known()) else { return Vec::new() };
    let failed: Vec<String> = subject.storage.iter().cloned().collect();
    let facts = ClockFacts {
        failed: &failed,
        is_paused: site.cluster.is_paused,
        is_unread: live::is_asked(args),
        ..ClockFacts::of_git(now, &site.cluster.backup, site.expiry)
    };
    vec![ClockReport::of(&clock::read(&facts), &known.shown(&site.cluster.id))]
}

/// Returns everything that there is to look at: what bundles hold, logs that are named, the cluster, what probes said.
fn gather(args: &DiagnoseArgs, git: &Git<'_>, subject: &mut SubjectArgs, now: Timestamp) -> anyhow::Result<Gathered> {
    let (given, started) = (&args.evidence, Instant::now());
    let is_live = live::is_asked(args);
    let has_probe = args.probe.probe.is_some() || (!subject.cluster.is_empty() && !args.probe.no_probe);
    if given.log.is_empty() && given.evidence.is_empty() && !has_probe && !is_live {
        return Err(usage("there is nothing to look at").hint("leeward diagnose --log FILE").into());
    }
    let (mut inputs, mut snapshot) = bundles(args, subject)?;
    inputs.extend(Input::named(&given.log)?);
    let mut saver = given.save.as_deref().map(Saver::open).transpose()?;
    let mut observed = snapshot.as_ref().map(Observed::read);
    let mut logs = taken(&inputs, observed.as_ref(), saver.as_mut())?;
    let mut secrets = Secrets::default();
    if is_live {
        let live = live::gather(args, subject, now, saver.as_mut())?;
        logs.extend(live.logs);
        secrets = live.secrets;
        observed = Some(Observed::read(&live.snapshot));
        snapshot = Some(live.snapshot);
    }
    if let Some(observed) = &observed {
        known(observed, subject)?;
    }
    let seen = observed.as_ref().filter(|_| is_live).map(|observed| (observed, &secrets));
    let probed = probed(args, (seen, &logs), (git, subject), (now, started))?;
    logs.extend(taken(&probed, None, saver.as_mut())?);
    let evidence = Evidence { logs, observed, storage: subject.storage.clone(), places: Vec::new() };
    Ok(Gathered { evidence, snapshot, saver })
}

/// Returns what probes said: of a cluster that was looked at its own storages, in the time that is left.
fn probed(
    args: &DiagnoseArgs,
    (seen, logs): (Option<(&Observed, &Secrets)>, &[Log]),
    (git, subject): (&Git<'_>, &mut SubjectArgs),
    (now, started): (Timestamp, Instant),
) -> anyhow::Result<Vec<Input>> {
    let is_url = args.probe.probe.as_ref().is_some_and(|url| !url.is_empty());
    let Some((observed, secrets)) = seen.filter(|_| !is_url) else {
        return probe::run(&args.probe, (&args.evidence, logs), (git, subject), now);
    };
    if args.probe.no_probe {
        return Ok(Vec::new());
    }
    let left = args.probe.timeout.saturating_sub(started.elapsed().as_secs()).max(1);
    let probe = ProbeArgs { timeout: left, ..args.probe.clone() };
    if observed.cluster.is_none() {
        return probe::by_git(&probe, logs, (git, subject), now);
    }
    let has_storages = |block: &&Backup| !block.storages.is_empty();
    let Some(block) = observed.block.as_ref().filter(has_storages) else { return Ok(Vec::new()) };
    if subject.storage.is_none() {
        subject.storage = failing_storage(observed);
    }
    probe::storages(block, &Known { secrets, logs }, &probe, subject, now)
}

/// Reads what bundles hold.
///
/// # Errors
/// Refuses the objects of two moments: nobody could tell which of them hold.
fn bundles(args: &DiagnoseArgs, subject: &mut SubjectArgs) -> anyhow::Result<(Vec<Input>, Option<Snapshot>)> {
    let (mut inputs, mut snapshots) = (Vec::new(), Vec::new());
    for folder in &args.evidence.evidence {
        let Opened { inputs: logs, snapshot } = bundle::open(folder, subject)?;
        inputs.extend(logs);
        snapshots.extend(snapshot);
    }
    if snapshots.len() + usize::from(live::is_asked(args)) > 1 {
        let fact = "two parts of the evidence show the objects of a cluster";
        return Err(refused(fact).hint("one --evidence DIR, without --context").into());
    }
    Ok((inputs, snapshots.pop()))
}

/// Reads logs, and saves them where that is wanted.
fn taken(inputs: &[Input], observed: Option<&Observed>, mut saver: Option<&mut Saver>) -> anyhow::Result<Vec<Log>> {
    let one = |input: &Input| {
        let file = saver.as_mut().map(|saver| saver.log(&input.name, input.spoken.as_ref())).transpose()?;
        input.take(observed, file)
    };
    inputs.iter().map(one).collect()
}

/// Refuses a storage that the cluster does not have.
fn known(observed: &Observed, subject: &SubjectArgs) -> anyhow::Result<()> {
    let (Some(storage), Some(block)) = (&subject.storage, &observed.block) else { return Ok(()) };
    let is_used = observed.backups.iter().any(|backup| backup.storage == *storage);
    if is_used || block.storages.contains_key(storage) {
        return Ok(());
    }
    let names: Vec<&str> = block.storages.keys().map(String::as_str).collect();
    let fact = format!("`{}` has no storage `{storage}`; it has `{}`", observed.short(), names.join("`, `"));
    Err(refused(fact).hint("--storage NAME").into())
}

/// Names cluster and storage for the next command, where the cluster told them.
fn name(subject: &mut SubjectArgs, diagnosis: &Diagnosis) {
    let Some(site) = &diagnosis.site else { return };
    if subject.cluster.is_empty() {
        subject.cluster.push(site.cluster.clone());
    }
    if subject.storage.is_none() {
        subject.storage = site.storages.first().cloned();
    }
}

/// Returns how much time there is, where the cluster was looked at.
fn live_clock(evidence: &Evidence, diagnosis: &Diagnosis) -> Vec<ClockReport> {
    let (Some(observed), Some(site)) = (&evidence.observed, &diagnosis.site) else { return Vec::new() };
    let failed = if site.since.is_some() { site.storages.as_slice() } else { &[] };
    observed.clock(failed).iter().map(|clock| ClockReport::of(clock, &site.cluster)).collect()
}

/// Returns the failure of a run that found no cause, which is not the same as that nothing is wrong.
fn unnamed(diagnosis: &Diagnosis, report: &DiagnosisReport) -> Option<Failure> {
    let is_unnamed = diagnosis.leading.cause == Cause::CannotTell;
    is_unnamed.then(|| outside(Cause::CannotTell.claim()).hint(report.next.clone().unwrap_or_default()))
}

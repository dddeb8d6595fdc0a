//! `plan`: what a recovery would change, its risks, its files. Writes nothing, or a folder that `--out` names.

use std::path::Path;

use anyhow::Context as _;
use jiff::Timestamp;

use super::Answer;
use super::next::{Command, one_line};
use super::reach::is_on_forge;
use super::recovery::{Proven, Recovery, recover};
use crate::cli::{Format, PlanArgs, RecoveryArgs};
use crate::failure::{Failure, refused};
use crate::git::Repository;
use crate::model::finding::Finding;
use crate::model::incident::Stage;
use crate::model::path::RepoPath;
use crate::model::secret::secrets_in;
use crate::model::yaml;
use crate::plan::{Change, ClusterPlan};
use crate::render::overlay::Rung;
use crate::render::proof::CONDITIONS;
use crate::report::{self, BaseLine, ClusterReport, FileLine, PlanReport, Proof, RefusalLine};

/// Runs the verb.
pub(super) fn run(args: &PlanArgs, format: Format, now: Timestamp) -> anyhow::Result<Answer> {
    let repository = Repository::open(&args.recovery.repository.repo)?;
    let recovery = recover(&repository, &args.recovery, now)?;
    let mut report = report(&recovery, &args.recovery);
    if let Some(proven) = &recovery.proven {
        if let Some(out) = &args.out {
            write_out(out, proven).with_context(|| format!("failed to write to `{}`", out.display()))?;
        }
        let propose = Command::of("propose", &args.recovery).selected(&args.recovery).staged(&args.recovery).line();
        report.next = Some(if is_on_forge(&repository) { format!("{propose} --push --pr") } else { propose });
    }
    Ok(answer(&recovery, &args.recovery, &report, format))
}

/// Returns what to type once the stage is in the base: the stage after it.
pub(super) fn after(recovery: &Recovery, args: &RecoveryArgs) -> Option<String> {
    let resumed = recovery.plan.clusters.iter().filter(|plan| plan.stages > 1).count();
    (recovery.plan.stage == Stage::Protect && resumed > 0).then(|| {
        let mut command = Command::again("propose", args);
        command.flag("--incident", Some(&recovery.plan.incident.to_string()));
        command.flag("--stage", Some(&Stage::Resume.word().to_owned()));
        // A Backup is of one cluster; verdicts there can be one of each.
        let (proof, value) = if resumed == 1 { ("--confirmed-backup", "NAME") } else { ("--verdict", "FILE") };
        command.flag(proof, Some(&value.to_owned()));
        command.line()
    })
}

/// Returns the answer: the report, and a refusal where a guard refused.
pub(super) fn answer(recovery: &Recovery, args: &RecoveryArgs, report: &PlanReport, format: Format) -> Answer {
    let failure = recovery.plan.is_refused().then(|| refusal(recovery, args));
    let line = |failure: &Failure| RefusalLine {
        error: report::masked(&failure.fact, &[]),
        hint: failure.hint.as_deref().map(|hint| report::masked(hint, &[])),
    };
    let report = &PlanReport { refusal: failure.as_ref().map(line), ..report.clone() };
    let text = match format {
        Format::Text => report::plan_text(report),
        Format::Markdown => report::plan_markdown(report),
        Format::Json => report::plan_json(report),
    };
    let code = failure.as_ref().map_or(0, |failure| failure.kind.exit_code());
    Answer { text, code, signs: None, failure, notes: Vec::new() }
}

/// Returns the refusal of a set: which clusters, and the command that leaves them out.
fn refusal(recovery: &Recovery, args: &RecoveryArgs) -> Failure {
    let clusters = recovery.plan.clusters.iter().zip(&recovery.shown);
    let (refused_ones, others): (Vec<_>, Vec<_>) = clusters.partition(|(plan, _)| plan.is_refused());
    let names: Vec<&str> = refused_ones.iter().map(|(_, shown)| shown.as_str()).collect();
    let first = refused_ones[0].0.findings.iter().find(|finding| finding.level == crate::model::finding::Level::Refuse);
    let why = first.map(|finding| format!("{}: {}", finding.id, finding.fact)).unwrap_or_default();
    let failure = refused(format!("the recovery of `{}` is refused: {why}", names.join("`, `")));
    if others.is_empty() {
        return match first.and_then(|finding| finding.hint.clone()) {
            Some(hint) => failure.hint(hint),
            None => failure,
        };
    }
    let mut command = Command::of("propose", args).staged(args);
    for (plan, _) in &others {
        command.flag("--cluster", Some(&plan.cluster.id.to_string()));
    }
    failure.hint(command.line())
}

/// Returns the report of a run.
pub(super) fn report(recovery: &Recovery, args: &RecoveryArgs) -> PlanReport {
    let clusters =
        recovery.plan.clusters.iter().enumerate().map(|(index, plan)| cluster(recovery, index, plan)).collect();
    let incident = recovery.plan.clusters.iter().find_map(|plan| plan.incident.as_ref());
    let reason = incident
        .map(|incident| incident.cause.reason.clone())
        .or_else(|| args.incident.reason.as_deref().map(one_line));
    let (files, proof) = match &recovery.proven {
        Some(proven) => (files(proven), Proof::Holds { conditions: CONDITIONS.len() }),
        None => (Vec::new(), Proof::NotTried),
    };
    PlanReport {
        incident: recovery.plan.incident.to_string(),
        action: recovery.plan.action,
        stage: recovery.plan.stage,
        storage: recovery.storage.clone(),
        target: recovery.target.clone(),
        reason: report::masked(&reason.unwrap_or_default(), &[]),
        base: BaseLine { name: recovery.base.name.clone(), commit: recovery.base.commit.id.clone() },
        builder: recovery.builder.describe(),
        clusters,
        clock: recovery.clock.clone(),
        findings: recovery.findings.iter().cloned().chain(foreign(recovery)).collect(),
        files,
        proof,
        proposal: None,
        next: None,
        refusal: None,
    }
}

/// Says that a program built whose output leeward does not know.
fn foreign(recovery: &Recovery) -> Option<Finding> {
    let program = recovery.builder.foreign()?;
    Some(Finding::warn("builder-version", format!("built by {program}")).hint("install `kustomize` 5.6"))
}

/// Returns the part of one cluster.
fn cluster(recovery: &Recovery, index: usize, plan: &ClusterPlan) -> ClusterReport {
    let secrets = secrets(recovery, index, plan);
    let shown = recovery.shown[index].clone();
    let moved = |name: &str| plan.desired.schedule(name).is_none();
    let proven = recovery.proven.as_ref();
    let masked = |text: &str| report::masked_yaml(text, &secrets);
    let texts = proven.map(|proven| &proven.texts[index]);
    let diff = texts.map(|(before, after)| report::unified(&masked(before), &masked(after), &shown));
    let number = if recovery.plan.stage == Stage::Protect { 1 } else { 2 };
    ClusterReport {
        stage_number: (number, plan.stages.max(number)),
        from: plan.incident.as_ref().map(|incident| incident.from.storages.clone()).unwrap_or_default(),
        changes: masked_changes(plan, &secrets),
        unchanged_schedules: {
            let names = plan.cluster.backup.schedules.iter().map(|schedule| schedule.name.clone());
            names.filter(|name| !moved(name)).collect()
        },
        is_refused: plan.is_refused(),
        findings: masked_findings(&plan.findings, &secrets),
        activation: proven.map(|proven| activation(&proven.rungs[index])),
        diff: report::masked(&diff.unwrap_or_default(), &secrets),
        before: plan.cluster.backup.clone(),
        after: plan.desired.clone(),
        cluster: shown,
    }
}

/// Returns what could be a secret in the object that is shown, as it was and as it will be.
fn secrets(recovery: &Recovery, index: usize, plan: &ClusterPlan) -> Vec<String> {
    let texts = recovery.proven.as_ref().map(|proven| &proven.texts[index]);
    let built = texts.into_iter().flat_map(|(before, after)| [before, after]);
    let mut values: Vec<_> = built.filter_map(|text| yaml::documents(text).ok()).flatten().collect();
    values.extend([plan.cluster.backup.value.clone(), plan.desired.value.clone()]);
    secrets_in(&serde_json::Value::Array(values))
}

/// Returns the changes with what could be a secret masked.
fn masked_changes(plan: &ClusterPlan, secrets: &[String]) -> Vec<Change> {
    let masked = |text: &str| report::masked(text, secrets);
    let change = |change: &Change| {
        let mut change = change.with_texts(&masked);
        if let Change::MoveSchedule { was, now } = &mut change {
            for schedule in [was, now] {
                masked_value(&mut schedule.value, &masked);
            }
        }
        change
    };
    plan.effect.iter().map(change).collect()
}

/// Returns findings whose facts are without secrets.
fn masked_findings(findings: &[Finding], secrets: &[String]) -> Vec<Finding> {
    let masked = |finding: &Finding| Finding { fact: report::masked(&finding.fact, secrets), ..finding.clone() };
    findings.iter().map(masked).collect()
}

/// Masks every text in a value.
fn masked_value(value: &mut serde_json::Value, masked: &dyn Fn(&str) -> String) {
    match value {
        serde_json::Value::String(text) => *text = masked(text),
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| masked_value(item, masked)),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(|value| masked_value(value, masked)),
        _ => {}
    }
}

/// Returns how an overlay takes effect, for people.
fn activation((rung, why): &(Rung, Option<String>)) -> String {
    let what = match rung {
        Rung::Component => "a line in the root's `components`",
        Rung::Append => "the patch at the end of the root's `patches`",
    };
    match why {
        Some(why) => format!("{what}, since {why}"),
        None => what.to_owned(),
    }
}

/// Returns a line for each changed file.
fn files(proven: &Proven) -> Vec<FileLine> {
    let line = |(path, bytes): (&RepoPath, &Option<Vec<u8>>)| {
        let what = match (proven.before.get(path), bytes) {
            (_, None) => "removed".to_owned(),
            (None, Some(_)) => "new".to_owned(),
            (Some(before), Some(after)) => report::changed_lines(before, after),
        };
        FileLine { path: path.to_string(), what }
    };
    proven.changes.iter().map(line).collect()
}

/// Writes every new and edited file below a folder that is empty or absent.
fn write_out(out: &Path, proven: &Proven) -> anyhow::Result<()> {
    if out.exists() && !out.is_dir() {
        return Err(refused("it is no folder").hint("--out DIR").into());
    }
    if std::fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(refused("the folder is not empty").hint("--out DIR").into());
    }
    for (path, bytes) in &proven.changes {
        if let Some(bytes) = bytes {
            let file = out.join(path.as_str());
            if let Some(folder) = file.parent() {
                std::fs::create_dir_all(folder)?;
            }
            std::fs::write(&file, bytes)?;
        }
    }
    Ok(())
}

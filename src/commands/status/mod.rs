//! `status`: every open incident of the repository, from Git alone; with what the cluster and the forge say where they are
//! asked. Writes nothing. One incident that cannot be read hides no other: it is told of, and the run fails beside its
//! answer.

mod asked;
mod build;
mod effect;
mod landed;
mod live;
mod next;
mod pulls;
mod row;
mod rows;
mod search;

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Answer;
use crate::cli::{Format, StatusArgs};
use crate::commands::recovery::bounds;
use crate::diagnose::clock::{self, BucketRules, ClockFacts, Replaced};
use crate::failure::Failure;
use crate::git::{Commit, Repository};
use crate::model::backup::{Backup, Schedule};
use crate::model::binlog::BinlogExpiry;
use crate::model::incident::{Action, Incident};
use crate::report::{self, ClockReport, FindingLine, IncidentLine, ProposedLine, StatusReport, masked};
use build::Sites;
use live::Looked;
use pulls::Pulls;
use row::{Proposed, Row};
use rows::Gathered;

/// Runs the verb.
pub(super) fn run(args: &StatusArgs, format: Format, now: Timestamp) -> anyhow::Result<Answer> {
    let repository = Repository::open(&args.which.repo)?;
    let base = repository.base(args.which.base.as_deref())?;
    let gathered = rows::gather(&repository, &base, args.which.incident.as_deref(), now)?;
    let gathered = asked::asked(gathered, &repository, &base, args)?;
    let mut failure = gathered.failure(&args.which.repo);
    let Gathered { mut rows, mut findings, several, left_out, standing, .. } = gathered;
    let sites = Sites::build(&repository, &base, &rows, args);
    findings.extend(sites.findings.iter().cloned());
    effect::judge(&mut rows, &sites);
    let pulls = Pulls::asked(&repository, &base, &rows, args);
    pulls.abandon(&mut rows);
    let looked = live::look(&rows, &sites, args)?;
    for missed in [sites.failure.clone(), pulls.failure.clone(), looked.failure()].into_iter().flatten() {
        let is_worse = failure.as_ref().is_none_or(|known: &Failure| known.kind.exit_code() < missed.kind.exit_code());
        failure = if is_worse { Some(missed) } else { failure };
    }
    let told = Told {
        repository: &repository,
        base: &base.commit,
        args,
        now,
        several: &several,
        earlier: &standing,
        sites: &sites,
        pulls: &pulls,
        looked: &looked,
    };
    let incidents = rows.iter().map(|row| told.line(row)).collect::<anyhow::Result<Vec<_>>>()?;
    let report = StatusReport {
        base: base.name.clone(),
        commit: base.commit.id.clone(),
        live: looked.described.clone(),
        at: now.to_string(),
        incidents,
        left_out,
        findings: findings.iter().map(FindingLine::of).collect(),
    };
    let text = match format {
        Format::Text => report::status_text(&report),
        Format::Markdown => report::status_markdown(&report),
        Format::Json => report::status_json(&report),
    };
    let code = failure.as_ref().map_or(0, |failure| failure.kind.exit_code());
    Ok(Answer { text, code, signs: None, failure, notes: sites.notes })
}

/// What the lines are made from.
struct Told<'a> {
    /// The repository.
    repository: &'a Repository,
    /// Its base.
    base: &'a Commit,
    /// The flags.
    args: &'a StatusArgs,
    /// The time.
    now: Timestamp,
    /// The incidents that have several clusters.
    several: &'a BTreeSet<String>,
    /// The incidents of the base, asked for or not.
    earlier: &'a [Incident],
    /// The clusters as the base builds them.
    sites: &'a Sites,
    /// What the forge says.
    pulls: &'a Pulls,
    /// What the clusters show.
    looked: &'a Looked,
}

impl Told<'_> {
    /// Returns the line of a row.
    fn line(&self, row: &Row) -> anyhow::Result<IncidentLine> {
        let incident = row.incident.as_ref();
        let opened_at = incident.and_then(|incident| incident.opened_at.parse::<Timestamp>().ok());
        let asked = incident.filter(|_| self.looked.described.is_some());
        let bounds = asked.map(|one| bounds(self.repository, self.base, (&row.folder, one))).transpose()?;
        let live = incident.and_then(|incident| self.looked.line(incident, self.sites, bounds.as_ref()));
        let confirmed = live.as_ref().and_then(|live| live.confirmed_backup.as_deref());
        // With one cluster the incident says it all.
        let several = incident.filter(|_| self.several.contains(&row.id)).map(|incident| self.sites.shown(incident));
        let text = |pick: fn(&Incident) -> &str| incident.map(|incident| pick(incident).to_owned()).unwrap_or_default();
        Ok(IncidentLine {
            incident: row.id.clone(),
            cluster: incident.map(|incident| self.sites.shown(incident)),
            action: incident.map(|incident| incident.action),
            standing: row.standing,
            fact: masked(&row.fact, &[]),
            stage: incident.map(|incident| incident.stage),
            stages: incident.map_or(1, stages),
            cause: masked(&cause(incident), &[]),
            opened_at: incident.map(|incident| incident.opened_at.clone()),
            age_seconds: opened_at.map(|at| self.now.duration_since(at).as_secs().max(0)),
            from: incident.map(|incident| incident.from.storages.clone()).unwrap_or_default(),
            endpoint: text(|incident| &incident.from.endpoint),
            to: text(|incident| &incident.to.target),
            proposed: row.proposed.as_ref().map(|proposed| self.proposed(proposed)).transpose()?,
            pull_request: self.pulls.of(&row.branch()),
            superseded_by: row.superseded_by.clone(),
            clock: incident.and_then(|incident| self.clock(row, incident)),
            next: next::command(row, self.args, (several.as_deref(), confirmed)),
            live,
        })
    }

    /// Returns the line of a branch that is not in the base.
    fn proposed(&self, proposed: &Proposed) -> anyhow::Result<ProposedLine> {
        let pull_request = self.pulls.of(&proposed.branch);
        Ok(ProposedLine {
            stage: proposed.stage,
            branch: proposed.branch.clone(),
            is_abandoned: proposed.left.is_some(),
            commit: proposed.tip.id.clone(),
            at: self.repository.made_at(&proposed.tip)?.to_string(),
            compare_url: self.pulls.compare_url(&proposed.branch).filter(|_| pull_request.is_none()),
            pull_request,
        })
    }

    /// Returns the clock of an incident's cluster; none where the base has no such cluster.
    fn clock(&self, row: &Row, incident: &Incident) -> Option<ClockReport> {
        let site = self.sites.of(incident)?;
        let live = self.looked.live(site, row);
        let told = self.args.clock.binlog_expire_seconds.map(BinlogExpiry::told);
        let backup = live.as_ref().and_then(|seen| seen.backup.as_ref()).unwrap_or(&site.cluster.backup);
        let expiry = live.as_ref().and_then(|seen| seen.expiry).unwrap_or(site.expiry);
        let facts = ClockFacts {
            failed: &incident.from.storages,
            bucket: bucket(&self.args.clock),
            replaced: replaced(row, incident, backup, self.earlier),
            is_paused: site.cluster.is_paused,
            live: live.as_ref().map(live::Seen::facts),
            ..ClockFacts::of_git(self.now, backup, told.unwrap_or(expiry))
        };
        Some(ClockReport::of(&clock::read(&facts), &self.sites.shown(incident)))
    }
}

/// Returns what a person says of buckets.
fn bucket(args: &crate::cli::ClockArgs) -> BucketRules {
    BucketRules { lifecycle_days: args.lifecycle_days, lock_days: args.lock_days }
}

/// Returns the schedules that an incident replaced when it came into the base: the names of an earlier incident of the
/// cluster, where one had renamed them already.
fn replaced(row: &Row, incident: &Incident, backup: &Backup, all: &[Incident]) -> Vec<Replaced> {
    let is_earlier = |other: &&Incident| other.cluster == incident.cluster && other.opened_at < incident.opened_at;
    let name = |was: &str| {
        let earlier = all.iter().filter(is_earlier).max_by(|a, b| a.opened_at.cmp(&b.opened_at));
        let moved = earlier.and_then(|earlier| earlier.schedules.iter().find(|moved| moved.was == was));
        moved.map_or(was, |moved| moved.now.as_str()).to_owned()
    };
    let moved = incident.schedules.iter().filter(|_| incident.action != Action::Rotate);
    let replaced = moved.filter_map(|moved| {
        let (until, now, was) = (row.since?, backup.schedule(&moved.now)?, name(&moved.was));
        let was = Schedule { name: was, storage: moved.storage_was.clone(), ..now.clone() };
        backup.schedule(&was.name).is_none().then(|| Replaced { was, by: moved.now.clone(), until })
    });
    replaced.collect()
}

/// Returns how many stages an incident has.
fn stages(incident: &Incident) -> u8 {
    if incident.has_resume() { 2 } else { 1 }
}

/// Returns why an incident was opened.
fn cause(incident: Option<&Incident>) -> String {
    let Some(incident) = incident else { return String::new() };
    let (name, reason) = (incident.cause.name.as_str(), incident.cause.reason.as_str());
    let parts = [name, reason].into_iter().skip(usize::from(reason.contains(name)));
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ")
}

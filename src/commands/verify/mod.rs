//! `verify`: follows a merged change to a backup that succeeded on the new target. Writes nothing but, each on request: one
//! Backup object, the annotation that has the controller look now, files that flags name, a comment.

mod backup;
mod branches;
mod bytes;
mod choose;
mod collector;
mod files;
mod given;
mod intended;
mod kept;
mod live;
mod lock;
mod look;
mod next;
mod operator;
mod pods;
mod proposal;
mod scene;
mod site;
mod typed;
mod wait;

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::Answer;
use super::build::builder;
use super::outputs::{self, Ended, Told};
use super::reach::outside;
use crate::build::Builder;
use crate::cli::{BuilderArgs, Format, ProposalArgs, VerifyArgs};
use crate::cluster::{Access, Cluster};
use crate::failure::{Failure, refused};
use crate::git::Repository;
use crate::report::{self, ClusterLine, VerdictReport};
use crate::verify::Outcome;
use given::Given;
use proposal::Proposal;
use scene::{Look, Memory, Scene};
use site::Site;
use wait::{Clock, LOOK};

/// What the next steps of a pipeline are told, beside what the exit code means.
const OUTPUTS: [&str; 4] = ["verdict", "backup", "pull-request-number", "operation"];

/// Runs the verb; `tell` says what is waited for.
pub(super) fn run(args: &VerifyArgs, format: Format, now: Timestamp, tell: &dyn Fn(&str)) -> anyhow::Result<Answer> {
    outputs::written(&args.pipeline, &OUTPUTS, verified(args, format, now, tell))
}

/// Looks until the outcome is sure, and keeps of it what is asked for.
fn verified(args: &VerifyArgs, format: Format, now: Timestamp, tell: &dyn Fn(&str)) -> Ended {
    let repository = Repository::open(&args.proposal.repo)?;
    let given = Given::read(&args.backup)?;
    files::look(args)?;
    let mut run = Run::begin(args, &repository, &given, now)?;
    let look = run.follow(tell)?;
    let report = run.report(&look);
    let mut told = Told { found: Some("failed"), ..Told::default() };
    told.values = vec![
        ("verdict", report.verdict.word().replace(' ', "-")),
        ("backup", report.backup.as_ref().map(|backup| backup.name.clone()).unwrap_or_default()),
        ("operation", "none".to_owned()),
    ];
    let (mut code, mut failure) = (report.verdict.exit_code(), None);
    let mut missed = |error: anyhow::Error| {
        let fault = outside(&error);
        code = code.max(fault.kind.exit_code());
        failure.get_or_insert(fault);
    };
    kept::verdict(args.wait.verdict_out.as_deref(), &report).unwrap_or_else(&mut missed);
    let mut notes = std::mem::take(&mut run.memory.notes);
    match kept::manifest(&run.scene(), &run.memory) {
        Ok(note) => notes.extend(note),
        Err(error) => missed(error),
    }
    if args.comment.comment {
        match kept::comment(&run.scene(), &report) {
            Ok((number, done)) => {
                told.values.pop();
                told.values.extend([("pull-request-number", number.to_string()), ("operation", done.to_owned())]);
                notes.push(format!("comment of pull request {number}: {done}"));
            }
            Err(error) => missed(error),
        }
    }
    let text = match format {
        Format::Text => report::verdict_text(&report),
        Format::Markdown => report::verdict_markdown(&report),
        Format::Json => report::verdict_json(&report),
    };
    told.summary = Some(report::verdict_markdown(&report));
    notes.extend(run.builder.notes());
    Ok((Answer { text, code, signs: None, failure, notes }, told))
}

/// A run, from look to look.
struct Run<'a> {
    /// The flags.
    args: &'a VerifyArgs,
    /// The flags of the proposal, its base as it was fetched.
    asked: ProposalArgs,
    /// The repository.
    repository: &'a Repository,
    /// The keys and certificates that it was given.
    given: &'a Given,
    /// Who builds.
    builder: Builder,
    /// The proposal.
    proposal: Proposal,
    /// The cluster as Git means it to be.
    site: Site,
    /// The API server.
    cluster: Cluster,
    /// Its clock.
    clock: Clock,
    /// What looks leave for each other.
    memory: Memory,
}

impl<'a> Run<'a> {
    /// Finds the proposal, builds its root, and opens the way to the cluster.
    fn begin(
        args: &'a VerifyArgs,
        repository: &'a Repository,
        given: &'a Given,
        now: Timestamp,
    ) -> anyhow::Result<Self> {
        let clock = Clock::start(now, Duration::from_secs(args.wait.timeout));
        let mut memory = Memory::of(now);
        let mut asked = args.proposal.clone();
        memory.notes.extend(fetched(args, &mut asked, repository, clock.look())?);
        let builder = builder(&BuilderArgs { builder: args.proposal.builder, timeout: LOOK.as_secs() });
        let proposal = Proposal::find(repository, &asked)?;
        // Whatever becomes of it in Git, it stays the one that is followed.
        asked.incident = Some(proposal.standing.incident.id.clone());
        asked.cluster = Some(proposal.standing.incident.cluster.shown());
        let version = args.live.operator_version.as_deref();
        let of = (&proposal.base.commit, &proposal.standing.incident.cluster);
        let site = Site::build(repository, of, (&asked, version), &builder)?;
        refuse_storage(args, &proposal)?;
        let cluster = connect(args)?;
        Ok(Self { args, asked, repository, given, builder, proposal, site, cluster, clock, memory })
    }

    /// Looks until the outcome is sure, or the time is over.
    fn follow(&mut self, tell: &dyn Fn(&str)) -> anyhow::Result<Look> {
        loop {
            self.cluster.give(self.clock.look());
            let mut memory = std::mem::replace(&mut self.memory, Memory::of(self.clock.now()));
            let look = self.scene().look(&mut memory);
            self.memory = memory;
            let look = look?;
            let Some(pause) = self.clock.pause(&look, self.args.proposal.fetch) else { return Ok(look) };
            if let Some(text) = wait::told(&look) {
                tell(&text);
            }
            wait::wait(&self.cluster, &look, pause);
            self.read_again()?;
        }
    }

    /// Reads Git again, where somebody may have moved it.
    fn read_again(&mut self) -> anyhow::Result<()> {
        let mut asked = self.asked.clone();
        drop(fetched(self.args, &mut asked, self.repository, self.clock.fetch())?);
        let again = Proposal::find(self.repository, &asked)?;
        if again.bounds != self.proposal.bounds {
            // What was followed proves what Git had before.
            self.memory.followed = None;
        }
        if again.base.commit != self.proposal.base.commit {
            let version = self.args.live.operator_version.as_deref();
            let of = (&again.base.commit, &again.standing.incident.cluster);
            self.site = Site::build(self.repository, of, (&asked, version), &self.builder)?;
            self.clock.hurry();
        }
        (self.asked, self.proposal) = (asked, again);
        Ok(())
    }

    /// Returns what everything that is looked at has in common.
    fn scene(&self) -> Scene<'_> {
        Scene {
            args: self.args,
            repository: self.repository,
            cluster: &self.cluster,
            proposal: &self.proposal,
            site: &self.site,
            builder: &self.builder,
            given: self.given,
            now: self.clock.now(),
        }
    }

    /// Returns what the run says.
    fn report(&self, look: &Look) -> VerdictReport {
        let (scene, site) = (self.scene(), &self.site);
        let incident = &self.proposal.standing.incident;
        let report = VerdictReport {
            incident: incident.id.clone(),
            action: incident.action,
            stage: self.proposal.stage,
            cluster: ClusterLine {
                root: site.root.path.as_str().to_owned(),
                namespace: site.namespace.clone(),
                name: site.cluster.id.name.clone(),
            },
            verdict: Outcome::CannotTell,
            checks: Vec::new(),
            backup: look.backup.clone(),
            base: self.proposal.base.name.clone(),
            commit: self.proposal.base.commit.id.clone(),
            live: self.cluster.describe(),
            change: Some(self.proposal.bounds.change.clone()),
            at: scene.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            opened_at: incident.opened_at.clone(),
            next: next::command(&scene, look),
        };
        report.with(&look.verdict)
    }
}

/// Fetches the base and leeward's branches, where that is asked for, in so long a time; returns what a person has to know.
fn fetched(
    args: &VerifyArgs,
    asked: &mut ProposalArgs,
    repository: &Repository,
    time: Duration,
) -> anyhow::Result<Option<String>> {
    if !args.proposal.fetch {
        return Ok(None);
    }
    let began = Instant::now();
    let remote = repository.remote_for(args.comment.remote.as_deref(), time)?;
    let start = remote.start(args.proposal.base.as_deref())?;
    let base = repository.base(Some(&start))?;
    asked.base = Some(start);
    // A remote that hung until the time was over is not asked again whether it is there.
    let is_there = began.elapsed() < time && remote.is_at(remote.bare(&base.name), &base.commit)?;
    Ok((!is_there)
        .then(|| format!("remote `{}` did not answer: `{}` is as it was last fetched", remote.name(), base.name)))
}

/// Refuses a test backup on a storage that proves nothing.
fn refuse_storage(args: &VerifyArgs, proposal: &Proposal) -> Result<(), Failure> {
    let known = &proposal.standing.incident.to.storages;
    match &args.backup.storage {
        Some(name) if !known.contains(name) => {
            let fact = format!("backups did not move to `{}`, but to `{}`", name.escape_debug(), known.join("`, `"));
            Err(refused(fact).hint(format!("--storage {}", known.first().map_or("NAME", String::as_str))))
        }
        _ => Ok(()),
    }
}

/// Opens the way to the API server that flags name.
fn connect(args: &VerifyArgs) -> anyhow::Result<Cluster> {
    let access = Access {
        kubeconfig: args.live.kubeconfig.clone(),
        context: args.live.context.clone(),
        namespace: None,
        deadline: LOOK,
        ..Access::default()
    };
    Cluster::connect(&access)
}

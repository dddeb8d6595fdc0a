//! `verify`: follows a merged change to a backup that succeeded on the new target. Writes nothing but, each on request: one
//! Backup object, the annotation that has the controller look now, files that flags name, a comment.

mod live;
mod look;
mod proposal;
mod site;

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::Answer;
use super::build::builder;
use crate::cli::{BuilderArgs, Format, VerifyArgs};
use crate::cluster::{Access, Cluster};
use crate::git::Repository;
use crate::report::{self, ClusterLine, VerdictReport};
use crate::verify::Outcome;
use look::{Look, Scene};
use proposal::Proposal;
use site::Site;

/// How long one look at the API server may take.
const LOOK: Duration = Duration::from_mins(1);

/// Runs the verb.
pub(super) fn run(args: &VerifyArgs, format: Format, now: Timestamp) -> anyhow::Result<Answer> {
    let started = Instant::now();
    let repository = Repository::open(&args.proposal.repo)?;
    let builder = builder(&BuilderArgs { builder: args.proposal.builder, timeout: LOOK.as_secs() });
    let proposal = Proposal::find(&repository, &args.proposal)?;
    let site = Site::build(&repository, &proposal, &args.proposal, &builder)?;
    let cluster = connect(args)?;
    let now = now + started.elapsed();
    let scene = Scene { repository: &repository, cluster: &cluster, proposal: &proposal, site: &site, now };
    let look = scene.look()?;
    let report = report(&scene, &look);
    let text = match format {
        Format::Text => report::verdict_text(&report),
        Format::Markdown => report::verdict_markdown(&report),
        Format::Json => report::verdict_json(&report),
    };
    Ok(Answer { text, code: report.verdict.exit_code(), signs: None, failure: None, notes: builder.notes() })
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

/// Returns what the run says.
fn report(scene: &Scene<'_>, look: &Look) -> VerdictReport {
    let (proposal, site) = (scene.proposal, scene.site);
    let incident = &proposal.standing.incident;
    let time = |time: Timestamp| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let report = VerdictReport {
        incident: incident.id.clone(),
        action: incident.action,
        stage: proposal.stage,
        cluster: ClusterLine {
            root: site.root.path.as_str().to_owned(),
            namespace: site.namespace.clone(),
            name: site.cluster.id.name.clone(),
        },
        verdict: Outcome::CannotTell,
        checks: Vec::new(),
        backup: look.backup.clone(),
        base: proposal.base.name.clone(),
        commit: proposal.base.commit.id.clone(),
        live: scene.cluster.describe(),
        at: time(scene.now),
        opened_at: incident.opened_at.clone(),
        next: None,
    };
    report.with(&look.verdict)
}

//! The pull request of a published proposal: kept where it is open, left alone where a person closed it, reported where it
//! is merged. Must never lose the branch over a forge that does not answer: that is said beside the answer.

use super::publish::Published;
use crate::cli::{
    ChangeArgs, CommentArgs, ControllerArg, DryRunArg, LiveArgs, PipelineArgs, PreviewArgs, ProposeArgs, SecretsArg,
};
use crate::commands::next::Command;
use crate::commands::plan::after;
use crate::commands::reach::{bare, connect, outside, project};
use crate::commands::{causes, preview};
use crate::failure::Failure;
use crate::forge::{
    Did, Draft, Forge, IfClosed, IfMerged, Kept, Marker, Owner, Past, PullRequest, Pushed, Readiness, State,
};
use crate::git::{Remote, Repository};
use crate::model::name::IncidentId;
use crate::report::{PlanReport, PreviewReport, PullLine, Ways, pull_body, pull_title};

/// What is asked for.
pub(super) struct Request<'a> {
    /// The repository.
    pub(super) repository: &'a Repository,
    /// The remote.
    pub(super) remote: &'a Remote<'a>,
    /// The flags.
    pub(super) args: &'a ProposeArgs,
    /// What was published.
    pub(super) published: &'a Published,
    /// What the run says.
    pub(super) report: &'a PlanReport,
    /// leeward's branch.
    pub(super) branch: &'a str,
}

/// What became of it.
#[derive(Default)]
pub(super) struct Asked {
    /// The pull request.
    pub(super) line: Option<PullLine>,
    /// The page that opens one by hand.
    pub(super) compare_url: Option<String>,
    /// Why there is none.
    pub(super) failure: Option<Failure>,
    /// What else a person has to know.
    pub(super) notes: Vec<String>,
}

impl Request<'_> {
    /// Keeps the pull request.
    pub(super) fn keep(&self) -> Asked {
        let mut asked = Asked::default();
        if let Err(error) = self.try_keep(&mut asked) {
            // Of a forge that nobody knows there is no page either.
            if asked.compare_url.is_none() && !self.report.files.is_empty() {
                let (branch, remote) = (self.branch, self.remote.name());
                asked
                    .notes
                    .push(format!("`{branch}` is on `{remote}`, of which no page is known that opens a pull request"));
            }
            asked.failure = Some(outside(&error));
        } else {
            asked.compare_url = None;
        }
        asked
    }

    /// Keeps the pull request, or looks for it where the base has its change already.
    fn try_keep(&self, asked: &mut Asked) -> anyhow::Result<()> {
        let base = bare(self.remote, &self.published.recovery.base.name);
        let project = project(self.remote, self.args.pull.forge)?;
        let is_in_base = self.report.files.is_empty();
        asked.compare_url = (!is_in_base).then(|| project.compare_url(base, self.branch));
        let forge = connect(project, self.args.recovery.repository.builder.timeout)?;
        let marker = self.marker();
        if is_in_base {
            if let Some(pull) = forge.find(self.branch, base, &marker)? {
                asked.line = Some(line(&pull, Did::Nothing));
            }
            return Ok(());
        }
        let draft = self.draft(&forge, base, &mut asked.notes);
        let mut kept = forge.keep(&draft, &marker, self.past(IfMerged::Leave))?;
        if let State::Merged { commit } = &kept.pull.state
            && self.is_taken_back(commit.as_deref(), base)?
        {
            kept = forge.keep(&draft, &marker, self.past(IfMerged::OpenAnother))?;
        }
        asked.notes.extend(notes(&kept));
        asked.line = Some(line(&kept.pull, kept.did));
        Ok(())
    }

    /// Returns the hidden mark.
    fn marker(&self) -> Marker {
        let plan = &self.published.recovery.plan;
        let incident: &IncidentId = &plan.incident;
        Marker::new(incident, plan.stage)
    }

    /// Returns what is done about one that is over. Whoever moved the branch has something that is not in the base.
    fn past(&self, merged: IfMerged) -> Past {
        Past {
            closed: if self.args.pull.reopen { IfClosed::Reopen } else { IfClosed::Leave },
            merged: if self.published.is_moved { IfMerged::OpenAnother } else { merged },
        }
    }

    /// Returns whether the base had a merge, as it was planned on, and lacks its change all the same. One that was merged
    /// since is in no base that was read.
    fn is_taken_back(&self, merge: Option<&str>, base: &str) -> anyhow::Result<bool> {
        let planned = &self.published.recovery.base.commit;
        let is_known = merge.map_or(Ok(false), |merge| self.repository.has_below(planned, merge))?;
        Ok(is_known || self.remote.is_at(base, planned)?)
    }

    /// Returns what the pull request should say.
    fn draft(&self, forge: &Forge, base: &str, notes: &mut Vec<String>) -> Draft {
        let pull = &self.args.pull;
        let stage = self.published.recovery.plan.stage.word();
        // The text is the same wherever it is made: a path of this machine means nothing to who reads it.
        let mut args = self.args.recovery.clone();
        args.repository.repo = ".".into();
        let ways = Ways {
            resume: after(&self.published.recovery, &args),
            whole: Command::of("plan", &args).selected(&args).staged(&args).line(),
        };
        let preview = self.preview(notes);
        // True of a rerun alone: a text that said so would change although nothing did.
        let mut report = self.report.clone();
        report.findings.retain(|finding| finding.id != "incident-continued");
        let own = ["leeward".to_owned(), format!("leeward/{stage}")];
        Draft {
            title: pull_title(&report),
            body: pull_body(&report, preview.as_ref(), &ways, forge.body_room()),
            head: self.branch.to_owned(),
            base: base.to_owned(),
            labels: own.into_iter().chain(pull.label.iter().cloned()).collect(),
            reviewers: pull.reviewer.clone(),
            readiness: if pull.draft { Readiness::Draft } else { Readiness::Ready },
            pushed: if self.published.is_moved { Pushed::Now } else { Pushed::Before },
        }
    }

    /// Returns the preview for the text, where a cluster or live objects were given.
    fn preview(&self, notes: &mut Vec<String>) -> Option<PreviewReport> {
        let pull = &self.args.pull;
        if pull.live.is_empty() && pull.context.is_none() && pull.kubeconfig.is_none() {
            return None;
        }
        let args = PreviewArgs {
            change: ChangeArgs {
                repo: self.args.recovery.repository.repo.clone(),
                base: Some(self.published.recovery.base.name.clone()),
                head: self.report.proposal.as_ref().map(|proposal| proposal.commit.clone()),
                cluster: Vec::new(),
                load_restrictor: self.args.recovery.repository.load_restrictor,
            },
            live: LiveArgs {
                live: pull.live.clone(),
                context: pull.context.clone(),
                kubeconfig: pull.kubeconfig.clone(),
                controller: None::<ControllerArg>,
                dry_run: DryRunArg::None,
                secrets: SecretsArg::None,
                operator_version: self.args.recovery.selection.operator_version.clone(),
            },
            builder: self.args.recovery.repository.builder.clone(),
            comment: CommentArgs { comment: false, pull_request: None, forge: None, remote: None },
            pipeline: PipelineArgs::default(),
        };
        match preview::look(self.repository, &args) {
            Ok(seen) => Some(seen.report),
            Err(error) => {
                notes.push(format!("the pull request has no preview: {}", causes(&error).join(": ")));
                None
            }
        }
    }
}

/// Returns what a person has to know of a pull request that was kept.
fn notes(kept: &Kept) -> Vec<String> {
    let number = kept.pull.number;
    let own = match &kept.pull.state {
        State::Closed => Some(format!("pull request {number} was closed and stays so; --reopen opens it again")),
        State::Open | State::Draft if kept.pull.owner == Owner::Another => {
            Some(format!("pull request {number} is somebody else's, its text was left as it is"))
        }
        _ => None,
    };
    let remarks = kept.remarks.iter().map(|failure| match &failure.hint {
        Some(hint) => format!("{} ({hint})", failure.fact),
        None => failure.fact.clone(),
    });
    own.into_iter().chain(remarks).collect()
}

/// Returns how a pull request is reported.
fn line(pull: &PullRequest, did: Did) -> PullLine {
    let (state, merged_as) = match &pull.state {
        State::Open => ("open", None),
        State::Draft => ("draft", None),
        State::Closed => ("closed", None),
        State::Merged { commit } => ("merged", commit.clone()),
    };
    PullLine {
        number: pull.number,
        url: pull.url.clone(),
        operation: did.word().to_owned(),
        state: state.to_owned(),
        merged_as,
    }
}

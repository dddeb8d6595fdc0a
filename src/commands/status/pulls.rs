//! The pull requests of leeward's branches: asked for only with `--pr`; the page that opens one by hand needs nobody.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::row::Row;
use crate::cli::StatusArgs;
use crate::commands::reach::{bare, connect, outside, project};
use crate::failure::Failure;
use crate::forge::{Marker, State};
use crate::git::{Base, Remote, Repository};
use crate::model::incident::Stage;
use crate::model::name::IncidentId;
use crate::report::{PullRequestLine, Standing};

/// What the forge says.
#[derive(Default)]
pub(super) struct Pulls {
    /// The pull requests, by branch.
    found: BTreeMap<String, PullRequestLine>,
    /// The pages that open one, by branch.
    pages: RefCell<BTreeMap<String, String>>,
    /// Why it was not asked to the end.
    pub(super) failure: Option<Failure>,
}

impl Pulls {
    /// Asks for the pull requests of rows, where a flag says so.
    pub(super) fn asked(repository: &Repository, base: &Base, rows: &[Row], args: &StatusArgs) -> Self {
        let mut pulls = Self::default();
        let time = Duration::from_secs(args.builder.timeout);
        let remote = match (repository.remote_for(args.forge.remote.as_deref(), time), args.forge.pr) {
            (Ok(remote), _) => remote,
            (Err(error), true) => {
                pulls.failure = Some(outside(&error));
                return pulls;
            }
            (Err(_), false) => return pulls,
        };
        pulls.pages(&remote, base, rows, args);
        if args.forge.pr
            && let Err(error) = pulls.ask(&remote, base, rows, args)
        {
            pulls.failure = Some(outside(&error));
        }
        pulls
    }

    /// Fills in the pages that open pull requests, where the remote is a forge.
    fn pages(&self, remote: &Remote<'_>, base: &Base, rows: &[Row], args: &StatusArgs) {
        let Ok(project) = project(remote, args.forge.forge) else { return };
        for proposed in rows.iter().filter_map(|row| row.proposed.as_ref()) {
            let page = project.compare_url(bare(remote, &base.name), &proposed.branch);
            self.pages.borrow_mut().insert(proposed.branch.clone(), page);
        }
    }

    /// Asks the forge.
    fn ask(&mut self, remote: &Remote<'_>, base: &Base, rows: &[Row], args: &StatusArgs) -> anyhow::Result<()> {
        let forge = connect(project(remote, args.forge.forge)?, args.builder.timeout)?;
        let proposed = rows.iter().filter_map(|row| row.proposed.as_ref().map(|one| (row.id.clone(), one.stage)));
        let standing = rows.iter().filter_map(|row| Some((row.id.clone(), row.incident.as_ref()?.stage)));
        let wanted: BTreeSet<(String, Stage)> = standing.chain(proposed).collect();
        for (id, stage) in wanted {
            let branch = format!("leeward/{id}/{}", stage.word());
            let marker = Marker::new(&IncidentId::parse(&id)?, stage);
            if let Some(pull) = forge.find(&branch, bare(remote, &base.name), &marker)? {
                let state = match pull.state {
                    State::Open => "open",
                    State::Draft => "draft",
                    State::Closed => "closed",
                    State::Merged { .. } => "merged",
                };
                self.found
                    .insert(branch, PullRequestLine { number: pull.number, url: pull.url, state: state.to_owned() });
            }
        }
        Ok(())
    }

    /// Returns the pull request of a branch.
    pub(super) fn of(&self, branch: &str) -> Option<PullRequestLine> {
        self.found.get(branch).cloned()
    }

    /// Returns the page that opens the pull request of a branch.
    pub(super) fn compare_url(&self, branch: &str) -> Option<String> {
        self.pages.borrow().get(branch).cloned()
    }

    /// Marks proposals whose pull request a person closed.
    pub(super) fn abandon(&self, rows: &mut [Row]) {
        for row in rows.iter_mut() {
            let Some(proposed) = &mut row.proposed else { continue };
            let Some(pull) = self.found.get(&proposed.branch).filter(|pull| pull.state == "closed") else { continue };
            if row.standing == Standing::Proposed {
                row.standing = Standing::Abandoned;
            }
            let of =
                if row.standing == Standing::Abandoned { String::new() } else { format!(" of {}", proposed.branch) };
            row.fact = format!("{}; pull request {}{of} was closed", row.fact, pull.number);
            proposed.left = Some("closed".to_owned());
        }
    }
}

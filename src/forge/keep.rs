//! One pull request for a stage of an incident, however often and by however many it is asked for: found, opened, brought
//! up to date, or left alone. Must never write to another's, and never open a second one.

use anyhow::Context as _;

use super::Forge;
use super::body::{self, Words};
use super::dialect::Turn;
use super::fault::{Fault, Reason};
use super::find;
use super::pull::{Did, Draft, IfClosed, IfMerged, Kept, Marker, Owner, Past, PullRequest, State};
use crate::failure::{Failure, refused};

/// The longest title that every forge takes, drafts' word included.
const TITLE: usize = 240;
/// How often a pull request is opened anew when the answer was lost and none is there.
const ATTEMPTS: u32 = 3;

impl Forge {
    /// Returns the pull request of a branch: leeward's or another's open one, else the newest with the mark that is over.
    ///
    /// `base` narrows only the search among those that are over.
    ///
    /// # Errors
    /// Where the forge cannot tell.
    pub fn find(&self, head: &str, base: &str, marker: &Marker) -> anyhow::Result<Option<PullRequest>> {
        let pulls = self.try_find(head, base, marker).map_err(|fault| self.failed(fault));
        pulls.with_context(|| format!("failed to look for the pull request of `{head}`"))
    }

    /// Returns the open pull request of a branch, whoever opened it.
    ///
    /// # Errors
    /// Where the forge cannot tell.
    pub fn open_pull(&self, head: &str) -> anyhow::Result<Option<PullRequest>> {
        let pulls = self.dialect.pulls(head, "").map_err(|fault| self.failed(fault));
        let pulls = pulls.with_context(|| format!("failed to look for the pull request of `{head}`"))?;
        Ok(pulls.into_iter().find(|pull| pull.state.is_open()))
    }

    /// Keeps one pull request: opens it where there is none, changes what is no longer so, leaves alone what is another's.
    ///
    /// # Errors
    /// Where none could be opened or brought up to date. That a label or a reviewer could not be added is a remark.
    pub fn keep(&self, draft: &Draft, marker: &Marker, past: Past) -> anyhow::Result<Kept> {
        let draft = &Draft { title: titled(&draft.title), body: self.dialect.worded(&draft.body), ..draft.clone() };
        self.fits(&body::first(words(draft), marker), &draft.head)?;
        let context = || format!("failed to keep the pull request of `{}`", draft.head);
        let failed = |fault| self.failed(fault);
        let found = self.try_find(&draft.head, &draft.base, marker).map_err(failed).with_context(context)?;
        match found {
            Some(pull) if pull.state.is_open() => {
                refuse_elsewhere(&pull, &draft.base)?;
                let pull = self.labelled(pull, draft, marker).map_err(failed).with_context(context)?;
                self.refresh(pull, draft, marker, Did::Nothing)
            }
            Some(pull) if !goes_on(&pull.state, past) => Ok(Kept { pull, did: Did::Nothing, remarks: Vec::new() }),
            Some(pull) if pull.state == State::Closed && pull.owner == Owner::Ours => {
                self.dialect.turn(pull.number, Turn::Open).map_err(failed).with_context(context)?;
                self.refresh(PullRequest { state: State::Open, ..pull }, draft, marker, Did::Reopened)
            }
            over => match self.awaited(draft, marker, over.as_ref()).map_err(failed).with_context(context)? {
                Some(pull) => self.refresh(pull, draft, marker, Did::Nothing),
                None => self.open(draft, marker),
            },
        }
        .with_context(context)
    }

    /// Looks for the pull request of a branch.
    pub(super) fn try_find(&self, head: &str, base: &str, marker: &Marker) -> Result<Option<PullRequest>, Fault> {
        let me = self.me()?;
        Ok(find::chosen(self.dialect.pulls(head, base)?, me, marker))
    }

    /// Opens a pull request; where another process was faster, takes that one.
    fn open(&self, draft: &Draft, marker: &Marker) -> anyhow::Result<Kept> {
        let text = body::first(words(draft), marker);
        let mut attempts = 0;
        let mut pull = loop {
            let fault = match self.dialect.create(draft, &text) {
                Ok(pull) => break self.oldest(pull, draft, marker)?,
                Err(fault) => fault,
            };
            // Nobody knows what became of the request, or somebody was faster: the forge is asked what is there now.
            let is_taken = fault.reason == Reason::Conflict;
            let found =
                if is_taken || fault.is_open() { self.try_find(&draft.head, &draft.base, marker) } else { Ok(None) };
            attempts += 1;
            match found.map(|found| found.filter(|pull| pull.state.is_open())) {
                Ok(Some(pull)) if is_taken => return self.refresh(pull, draft, marker, Did::Nothing),
                Ok(Some(pull)) => break pull,
                // There is none, so another one is no second one.
                Ok(None) if fault.is_open() && attempts < ATTEMPTS => {}
                _ => return Err(self.failed(fault).into()),
            }
        };
        let reviewers = missing(&draft.reviewers, &pull);
        let remarks = self.label(&mut pull, draft).into_iter().chain(self.ask(&mut pull, &reviewers)).collect();
        Ok(Kept { pull, did: Did::Created, remarks })
    }

    /// Returns the oldest of leeward's open pull requests for a branch, and closes the one just made where it is not that.
    fn oldest(&self, made: PullRequest, draft: &Draft, marker: &Marker) -> anyhow::Result<PullRequest> {
        let made = PullRequest { owner: Owner::Ours, ..made };
        let failed = |fault| self.failed(fault);
        let pulls = self.dialect.pulls(&draft.head, &draft.base).map_err(failed)?;
        let first = find::ours(pulls, self.me().map_err(failed)?, marker).into_iter().next();
        match first {
            Some(first) if first.number < made.number && first.base == made.base => {
                self.dialect.turn(made.number, Turn::Closed).map_err(failed)?;
                Ok(first)
            }
            _ => Ok(made),
        }
    }

    /// Brings an open pull request up to date.
    fn refresh(&self, mut pull: PullRequest, draft: &Draft, marker: &Marker, did: Did) -> anyhow::Result<Kept> {
        if pull.owner == Owner::Another {
            return Ok(Kept { pull, did, remarks: Vec::new() });
        }
        let edit = body::edit(&pull.title, &pull.body, words(draft), marker);
        let mut did = did;
        if edit.title.is_some() || edit.body.is_some() {
            self.fits(edit.body.as_deref().unwrap_or_default(), &pull.url)?;
            self.dialect.edit(&pull, &edit).map_err(|fault| self.failed(fault))?;
            did = if did == Did::Nothing { Did::Updated } else { did };
        }
        let mut remarks = Vec::new();
        if lacks_labels(&pull, draft) {
            let unlabelled = self.label(&mut pull, draft);
            did = if did == Did::Nothing && unlabelled.is_none() { Did::Updated } else { did };
            remarks.extend(unlabelled);
        }
        if edit.asks {
            let reviewers = missing(&draft.reviewers, &pull);
            remarks.extend(self.ask(&mut pull, &reviewers));
        }
        pull.title = edit.title.unwrap_or(pull.title);
        pull.body = edit.body.unwrap_or(pull.body);
        Ok(Kept { pull, did, remarks })
    }

    /// Adds the labels that a pull request does not have; returns why it could not.
    fn label(&self, pull: &mut PullRequest, draft: &Draft) -> Option<Failure> {
        let labels: Vec<String> = draft.labels.iter().filter(|label| !has(&pull.labels, label)).cloned().collect();
        let done = if labels.is_empty() { Ok(()) } else { self.dialect.label(pull.number, &labels) };
        done.map(|()| pull.labels.extend(labels)).err().map(|fault| self.failed(fault))
    }

    /// Asks reviewers; returns why it could not.
    fn ask(&self, pull: &mut PullRequest, reviewers: &[String]) -> Option<Failure> {
        let done = if reviewers.is_empty() { Ok(()) } else { self.dialect.ask(pull, reviewers) };
        // What is missing here is a reviewer and no right.
        let told = |fault: Fault| match fault.reason {
            Reason::Missing => Fault { reason: Reason::Rejected, ..fault },
            _ => fault,
        };
        done.map(|()| pull.reviewers.extend_from_slice(reviewers)).err().map(|fault| self.failed(told(fault)))
    }

    /// Refuses a text that the forge would cut or refuse.
    fn fits(&self, text: &str, of: &str) -> Result<(), Failure> {
        let limit = self.project.kind.limit();
        if text.len() <= limit {
            return Ok(());
        }
        let name = self.project.kind.name();
        Err(refused(format!("the text of `{of}` would have {} bytes, and {name} takes {limit}", text.len()))
            .hint("shorten what people wrote around leeward's part of it"))
    }
}

/// Refuses to write to an open one of leeward's that goes to another base.
fn refuse_elsewhere(pull: &PullRequest, base: &str) -> Result<(), Failure> {
    if pull.owner == Owner::Another || pull.base == base {
        return Ok(());
    }
    let fact =
        format!("pull request {} of this branch is open and goes to `{}`, not to `{base}`", pull.number, pull.base);
    Err(refused(fact).hint("--incident ID"))
}

/// Returns whether a pull request that is over is not to be left alone.
fn goes_on(state: &State, past: Past) -> bool {
    match state {
        State::Merged { .. } => past.merged == IfMerged::OpenAnother,
        State::Closed => past.closed == IfClosed::Reopen,
        State::Open | State::Draft => true,
    }
}

/// Returns what leeward says.
fn words(draft: &Draft) -> Words<'_> {
    Words { title: &draft.title, body: &draft.body, reviewers: &draft.reviewers }
}

/// Returns a title that every forge takes: one line, not too long.
fn titled(title: &str) -> String {
    let line = title.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let line = line.collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(TITLE) {
        Some((at, _)) => format!("{}…", line[..at].trim_end()),
        None => line,
    }
}

/// Returns whether a label is missing.
pub(super) fn lacks_labels(pull: &PullRequest, draft: &Draft) -> bool {
    draft.labels.iter().any(|label| !has(&pull.labels, label))
}

/// Returns whether a list holds a name; forges do not tell cases apart.
fn has(names: &[String], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Returns who is still to be asked: nobody reviews their own.
fn missing(reviewers: &[String], pull: &PullRequest) -> Vec<String> {
    let open = |name: &&String| !has(&pull.reviewers, name) && !pull.author.name.eq_ignore_ascii_case(name);
    reviewers.iter().filter(open).cloned().collect()
}

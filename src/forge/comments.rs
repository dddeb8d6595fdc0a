//! One set of comments of a kind on a pull request, each part known by its hidden mark and its author: written where it is
//! missing, written over where it differs, removed where it is not needed.
//! Must never touch a comment of a person, nor one that only quotes a mark.

use anyhow::Context as _;

use super::Forge;
use super::dialect::Me;
use super::fault::{Fault, Reason};
use super::pull::{Comment, Commented};
use crate::failure::{Failure, refused};

/// How often the list is read again after something was written, before the rest is left to the next run.
const ROUNDS: usize = 5;

/// What is done to one comment.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    /// Written anew: the text.
    Write(String),
    /// Written over: which, and the text.
    Rewrite(u64, String),
    /// Removed.
    Remove(u64),
}

impl Forge {
    /// Keeps the comments of one kind on a pull request: as many as there are parts, each as the part says. A part starts
    /// with its mark, `<!-- leeward:KIND part=N of=M -->`.
    ///
    /// # Errors
    /// Where the comments could not be read or written.
    pub fn comment(&self, number: u64, kind: &str, parts: &[String]) -> anyhow::Result<Commented> {
        let parts: Vec<String> = parts.iter().map(|part| self.dialect.worded(part)).collect();
        self.fit(&parts, kind)?;
        let mut total = Commented::default();
        let mut unclear = None;
        for _ in 0..ROUNDS {
            let steps = self.steps(number, kind, &parts).map_err(|fault| self.failed(fault));
            let steps = steps.with_context(|| format!("failed to read the comments of pull request {number}"))?;
            unclear = None;
            for step in &steps {
                let done = self.take(number, step, &mut total).map_err(|fault| self.failed(fault));
                let done = done.with_context(|| format!("failed to comment on pull request {number}"))?;
                unclear = unclear.or(done);
            }
            // What was written anew may be there twice, when two runs did it at once.
            if !steps.iter().any(|step| matches!(step, Step::Write(_))) {
                break;
            }
        }
        match unclear {
            Some(fault) => {
                Err(self.failed(fault)).with_context(|| format!("failed to comment on pull request {number}"))
            }
            None => Ok(total),
        }
    }

    /// Returns what there is to do.
    fn steps(&self, number: u64, kind: &str, parts: &[String]) -> Result<Vec<Step>, Fault> {
        let me = self.me()?;
        Ok(steps(&self.dialect.comments(number)?, me, kind, parts))
    }

    /// Does one step; returns why nobody knows whether it was done.
    fn take(&self, number: u64, step: &Step, total: &mut Commented) -> Result<Option<Fault>, Fault> {
        let (done, count) = match step {
            Step::Write(text) => (self.dialect.comment(number, text), &mut total.created),
            Step::Rewrite(id, text) => (self.dialect.rewrite(number, *id, text), &mut total.updated),
            Step::Remove(id) => (self.dialect.remove(number, *id), &mut total.removed),
        };
        match (done, step) {
            // Whether it was written shows when the list is read again.
            (Err(fault), Step::Write(_)) if fault.is_open() => Ok(Some(fault)),
            // Another run was faster to remove it.
            (Err(fault), Step::Remove(_)) if fault.reason == Reason::Missing => Ok(None),
            (Err(fault), _) => Err(fault),
            (Ok(()), _) => {
                *count += 1;
                Ok(None)
            }
        }
    }

    /// Refuses parts that the forge would cut, or that could not be found again.
    fn fit(&self, parts: &[String], kind: &str) -> Result<(), Failure> {
        let limit = self.project.kind.limit();
        if let Some(part) = parts.iter().find(|part| part.len() > limit) {
            let name = self.project.kind.name();
            return Err(refused(format!("a comment would have {} bytes, and {name} takes {limit}", part.len())));
        }
        let numbered = parts.iter().enumerate().all(|(at, part)| part_of(part, kind) == Some(at + 1));
        if numbered { Ok(()) } else { Err(refused(format!("a part of `{kind}` is without its mark"))) }
    }
}

/// Returns what there is to do so that the comments of one kind are these parts.
fn steps(comments: &[Comment], me: &Me, kind: &str, parts: &[String]) -> Vec<Step> {
    let mut ours: Vec<(usize, &Comment)> = comments
        .iter()
        .filter(|comment| me.wrote(&comment.author))
        .filter_map(|comment| Some((part_of(&comment.body, kind)?, comment)))
        .collect();
    ours.sort_by_key(|(_, comment)| comment.id);
    let mut steps = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        match ours.iter().position(|(number, _)| *number == at + 1) {
            Some(first) => {
                let (_, comment) = ours.remove(first);
                if !is_same(&comment.body, part) {
                    steps.push(Step::Rewrite(comment.id, part.clone()));
                }
            }
            None => steps.push(Step::Write(part.clone())),
        }
    }
    // What is left is a part too many or a younger double.
    steps.extend(ours.iter().map(|(_, comment)| Step::Remove(comment.id)));
    steps
}

/// Returns which part of a kind a text is: its mark is the first thing in it.
fn part_of(text: &str, kind: &str) -> Option<usize> {
    let rest = text.trim_start().strip_prefix("<!-- leeward:")?.strip_prefix(kind)?.strip_prefix(" part=")?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Returns whether two texts are the same but for line breaks and the white space at their ends.
fn is_same(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.replace("\r\n", "\n").trim().to_owned();
    plain(one) == plain(other)
}

#[cfg(test)]
mod tests;

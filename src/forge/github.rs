//! GitHub, Enterprise included: pull requests over REST, their labels and comments as those of issues.
//! Must never take a pull request of a fork for one of this project.

use serde_json::{Value, json};

use super::body::Edit;
use super::call::Call;
use super::dialect::{COLOUR, DESCRIBED, Dialect, Me, Turn, allowed, text, texts};
use super::fault::{Fault, Reason};
use super::pull::{Author, Comment, Draft, PullRequest, Readiness, State};
use super::repo::{self, Repo};

/// A project on GitHub.
pub(super) struct GitHub {
    /// Where it is.
    pub(super) repo: Repo,
}

impl GitHub {
    /// Returns whether a branch as GitHub writes it is one of this project.
    fn is_own(&self, head: &Value) -> bool {
        text(&head["repo"], "full_name").eq_ignore_ascii_case(&format!("{}/{}", self.repo.owner, self.repo.name))
    }

    /// Makes a label where the project has none of that name.
    fn make_label(&self, label: &str) -> Result<(), Fault> {
        let (owner, name) = (&self.repo.owner, &self.repo.name);
        match self.repo.wire.send(&Call::get(["repos", owner, name, "labels", label])) {
            Err(fault) if fault.reason == Reason::Missing => {}
            answer => return answer.map(drop),
        }
        let body = json!({"name": label, "color": COLOUR, "description": DESCRIBED});
        match self.repo.wire.send(&Call::post(["repos", owner, name, "labels"], body)) {
            // Somebody was faster.
            Err(fault) if fault.reason == Reason::Rejected && fault.fact.contains("already_exists") => Ok(()),
            answer => answer.map(drop),
        }
    }
}

impl Dialect for GitHub {
    fn me(&self) -> Result<Me, Fault> {
        let user = allowed(self.repo.wire.send(&Call::get(["user"])))?;
        Ok(user.map_or(Me::Bot, |user| Me::Named(text(&user, "login"))))
    }

    fn pulls(&self, head: &str, _base: &str) -> Result<Vec<PullRequest>, Fault> {
        let call = Call::get(["repos", &self.repo.owner, &self.repo.name, "pulls"])
            .with("head", &format!("{}:{head}", self.repo.owner))
            .with("state", "all")
            .with("sort", "created")
            .with("direction", "desc");
        let found = self.repo.wire.pages(&call)?;
        let own = |item: &&Value| item["head"]["ref"] == head && self.is_own(&item["head"]);
        found.iter().filter(own).map(pull).collect()
    }

    fn create(&self, draft: &Draft, text: &str) -> Result<PullRequest, Fault> {
        let body = json!({
            "title": draft.title, "head": draft.head, "base": draft.base, "body": text,
            "draft": draft.readiness == Readiness::Draft,
        });
        let answer = self.repo.wire.send(&Call::post(["repos", &self.repo.owner, &self.repo.name, "pulls"], body));
        let there = |fault: &Fault| fault.reason == Reason::Rejected && fault.fact.contains("already exists");
        match answer {
            Err(fault) if there(&fault) => Err(Fault { reason: Reason::Conflict, ..fault }),
            answer => pull(&answer?),
        }
    }

    fn edit(&self, pull: &PullRequest, edit: &Edit) -> Result<(), Fault> {
        self.repo.edit(pull.number, edit.title.as_deref(), edit.body.as_deref())
    }

    fn turn(&self, number: u64, turn: Turn) -> Result<(), Fault> {
        self.repo.turn(number, turn)
    }

    fn label(&self, number: u64, labels: &[String]) -> Result<(), Fault> {
        labels.iter().try_for_each(|label| self.make_label(label))?;
        self.repo.label(number, &json!(labels))
    }

    fn ask(&self, pull: &PullRequest, reviewers: &[String]) -> Result<(), Fault> {
        self.repo.ask(pull.number, reviewers)
    }

    fn comments(&self, number: u64) -> Result<Vec<Comment>, Fault> {
        self.repo.comments(number, author)
    }

    fn comment(&self, number: u64, body: &str) -> Result<(), Fault> {
        self.repo.comment(number, body)
    }

    fn rewrite(&self, _number: u64, comment: u64, body: &str) -> Result<(), Fault> {
        self.repo.rewrite(comment, body)
    }

    fn remove(&self, _number: u64, comment: u64) -> Result<(), Fault> {
        self.repo.remove(comment)
    }
}

/// Reads a pull request.
fn pull(item: &Value) -> Result<PullRequest, Fault> {
    let state = match (item["merged_at"].is_string(), text(item, "state").as_str(), &item["draft"]) {
        (true, ..) => State::Merged { commit: item["merge_commit_sha"].as_str().map(str::to_owned) },
        (_, "open", Value::Bool(true)) => State::Draft,
        (_, "open", _) => State::Open,
        _ => State::Closed,
    };
    repo::pull(item, state, texts(&item["requested_teams"], "slug"), author(&item["user"]))
}

/// Reads who wrote something.
fn author(user: &Value) -> Author {
    Author { name: text(user, "login"), is_bot: user["type"] == "Bot" }
}

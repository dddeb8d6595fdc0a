//! Gitea and Forgejo: pull requests much as GitHub's, but found by base and branch, with labels by number, and drafts by a
//! word before the title. Must never take the first pull request of a branch for the newest: Gitea gives any.

use serde_json::{Value, json};

use super::body::Edit;
use super::call::Call;
use super::dialect::{COLOUR, DESCRIBED, Dialect, Me, Turn, allowed, number, text, texts};
use super::fault::{Fault, Reason};
use super::pull::{Author, Comment, Draft, PullRequest, Readiness, State};
use super::repo::{self, Repo};

/// The word before the title of a draft.
const DRAFT: &str = "WIP: ";

/// A project on Gitea.
pub(super) struct Gitea {
    /// Where it is.
    pub(super) repo: Repo,
}

impl Gitea {
    /// Returns the pull requests of a branch in one state.
    fn list(&self, head: &str, state: &str) -> Result<Vec<PullRequest>, Fault> {
        let path = ["repos", &self.repo.owner, &self.repo.name, "pulls"];
        let found = self.repo.wire.pages(&Call::get(path).with("state", state))?;
        // `ref` of a branch that was deleted is another one; `label` stays.
        let own = |item: &&Value| {
            let is_head = item["head"]["label"] == head || item["head"]["ref"] == head;
            is_head && item["head"]["repo_id"] == item["base"]["repo_id"]
        };
        let mut pulls: Vec<PullRequest> = found.iter().filter(own).map(pull).collect::<Result<_, _>>()?;
        pulls.sort_by_key(|pull| std::cmp::Reverse(pull.number));
        for pull in &mut pulls {
            head.clone_into(&mut pull.head);
        }
        Ok(pulls)
    }

    /// Returns whether a branch ever had a pull request for a base.
    fn had_any(&self, head: &str, base: &str) -> Result<bool, Fault> {
        let call = Call::get(["repos", &self.repo.owner, &self.repo.name, "pulls", base, head]);
        match self.repo.wire.send(&call) {
            Ok(_) => Ok(true),
            Err(fault) if fault.reason == Reason::Missing => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    /// Returns the numbers of labels by name, the project's before its organisation's, the oldest first.
    fn labels(&self) -> Result<Vec<(String, u64)>, Fault> {
        let own = self.repo.wire.pages(&Call::get(["repos", &self.repo.owner, &self.repo.name, "labels"]))?;
        // An owner who is no organisation has none; one that is hidden has none for us.
        let shared = match self.repo.wire.pages(&Call::get(["orgs", &self.repo.owner, "labels"])) {
            Ok(labels) => labels,
            Err(fault) if matches!(fault.reason, Reason::Missing | Reason::Forbidden) => Vec::new(),
            Err(fault) => return Err(fault),
        };
        let read = |items: Vec<Value>| -> Result<Vec<(String, u64)>, Fault> {
            let mut labels: Vec<_> =
                items.iter().map(|item| Ok((text(item, "name"), number(item, "id")?))).collect::<Result<_, Fault>>()?;
            labels.sort_by_key(|(_, id)| *id);
            Ok(labels)
        };
        Ok([read(own)?, read(shared)?].concat())
    }

    /// Returns the numbers of labels, of those that were not there too: they are made.
    fn numbers(&self, labels: &[String]) -> Result<Vec<u64>, Fault> {
        let known = if labels.is_empty() { Vec::new() } else { self.labels()? };
        let find = |label: &String| known.iter().find(|(name, _)| name.eq_ignore_ascii_case(label));
        let number = |label: &String| find(label).map_or_else(|| self.make_label(label), |(_, id)| Ok(*id));
        labels.iter().map(number).collect()
    }

    /// Makes a label, and takes it back where somebody was faster: Gitea has nothing against two of one name.
    fn make_label(&self, label: &str) -> Result<u64, Fault> {
        let body = json!({"name": label, "color": format!("#{COLOUR}"), "description": DESCRIBED});
        let made = self.repo.wire.send(&Call::post(["repos", &self.repo.owner, &self.repo.name, "labels"], body))?;
        let made = number(&made, "id")?;
        let first = self.labels()?.into_iter().find(|(name, _)| name == label).map_or(made, |(_, id)| id);
        if first != made {
            self.repo.wire.send(&Call::delete([
                "repos",
                &self.repo.owner,
                &self.repo.name,
                "labels",
                &made.to_string(),
            ]))?;
        }
        Ok(first)
    }
}

impl Dialect for Gitea {
    fn me(&self) -> Result<Me, Fault> {
        let user = allowed(self.repo.wire.send(&Call::get(["user"])))?;
        Ok(user.map_or(Me::Unknown, |user| Me::Named(text(&user, "login"))))
    }

    fn pulls(&self, head: &str, base: &str) -> Result<Vec<PullRequest>, Fault> {
        let mut pulls = self.list(head, "open")?;
        // All that is over can be thousands: they are read only where there is something to find.
        if pulls.is_empty() && !base.is_empty() && self.had_any(head, base)? {
            pulls = self.list(head, "closed")?;
        }
        Ok(pulls)
    }

    fn create(&self, draft: &Draft, text: &str) -> Result<PullRequest, Fault> {
        // With its labels from the start: another run must not find it without. Why they cannot be given is told once it is
        // open.
        let labels = self.numbers(&draft.labels).unwrap_or_default();
        let word = if draft.readiness == Readiness::Draft { DRAFT } else { "" };
        let title = format!("{word}{}", draft.title);
        let body = json!({"title": title, "head": draft.head, "base": draft.base, "body": text, "labels": labels});
        let answer = self.repo.wire.send(&Call::post(["repos", &self.repo.owner, &self.repo.name, "pulls"], body));
        // Gitea says the same of a branch that is not there as of a project that the token may not see.
        let told = |fault: Fault| match fault.reason {
            Reason::Missing => {
                let fact = format!("{}: no branch `{}` or `{}`, or no rights", fault.fact, draft.head, draft.base);
                Fault { fact, ..fault }
            }
            _ => fault,
        };
        pull(&answer.map_err(told)?)
    }

    fn edit(&self, pull: &PullRequest, edit: &Edit) -> Result<(), Fault> {
        let word = if pull.state == State::Draft { DRAFT } else { "" };
        let title = edit.title.as_ref().map(|title| format!("{word}{title}"));
        self.repo.edit(pull.number, title.as_deref(), edit.body.as_deref())
    }

    fn turn(&self, number: u64, turn: Turn) -> Result<(), Fault> {
        self.repo.turn(number, turn)
    }

    fn label(&self, number: u64, labels: &[String]) -> Result<(), Fault> {
        self.repo.label(number, &json!(self.numbers(labels)?))
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
    let title = text(item, "title");
    let bare = ["WIP: ", "WIP:", "[WIP] ", "[WIP]"].into_iter().find_map(|word| title.strip_prefix(word));
    let is_draft = item["draft"].as_bool().unwrap_or(bare.is_some());
    let state = match (item["merged"] == true, text(item, "state").as_str()) {
        (true, _) => State::Merged { commit: item["merge_commit_sha"].as_str().map(str::to_owned) },
        (_, "open") if is_draft => State::Draft,
        (_, "open") => State::Open,
        _ => State::Closed,
    };
    let teams = texts(&item["requested_reviewers_teams"], "name");
    let pull = repo::pull(item, state, teams, author(&item["user"]))?;
    Ok(PullRequest { title: bare.unwrap_or(&title).to_owned(), ..pull })
}

/// Reads who wrote something.
fn author(user: &Value) -> Author {
    Author { name: text(user, "login"), is_bot: false }
}

//! Gitea and Forgejo: pull requests much as GitHub's, but found by base and branch, with labels by number, and drafts by a
//! word before the title. Must never take the first pull request of a branch for the newest: Gitea gives any.

use serde_json::{Map, Value, json};

use super::body::Edit;
use super::call::Call;
use super::dialect::{COLOUR, DESCRIBED, Dialect, Me, Turn, allowed, number, text, texts};
use super::fault::{Fault, Reason};
use super::pull::{Author, Comment, Draft, Owner, PullRequest, Readiness, State};
use super::wire::Wire;

/// The word before the title of a draft.
const DRAFT: &str = "WIP: ";

/// A project on Gitea.
pub(super) struct Gitea {
    /// The way there.
    pub(super) wire: Wire,
    /// The owner of the project.
    pub(super) owner: String,
    /// The project.
    pub(super) name: String,
}

impl Gitea {
    /// Returns the pull requests of a branch in one state.
    fn list(&self, head: &str, state: &str) -> Result<Vec<PullRequest>, Fault> {
        let path = ["repos", &self.owner, &self.name, "pulls"];
        let found = self.wire.pages(&Call::get(path).with("state", state))?;
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
        let call = Call::get(["repos", &self.owner, &self.name, "pulls", base, head]);
        match self.wire.send(&call) {
            Ok(_) => Ok(true),
            Err(fault) if fault.reason == Reason::Missing => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    /// Returns the numbers of labels by name, the project's before its organisation's, the oldest first.
    fn labels(&self) -> Result<Vec<(String, u64)>, Fault> {
        let own = self.wire.pages(&Call::get(["repos", &self.owner, &self.name, "labels"]))?;
        // An owner who is no organisation has none; one that is hidden has none for us.
        let shared = match self.wire.pages(&Call::get(["orgs", &self.owner, "labels"])) {
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
        let made = self.wire.send(&Call::post(["repos", &self.owner, &self.name, "labels"], body))?;
        let made = number(&made, "id")?;
        let first = self.labels()?.into_iter().find(|(name, _)| name == label).map_or(made, |(_, id)| id);
        if first != made {
            self.wire.send(&Call::delete(["repos", &self.owner, &self.name, "labels", &made.to_string()]))?;
        }
        Ok(first)
    }
}

impl Dialect for Gitea {
    fn me(&self) -> Result<Me, Fault> {
        let user = allowed(self.wire.send(&Call::get(["user"])))?;
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
        let answer = self.wire.send(&Call::post(["repos", &self.owner, &self.name, "pulls"], body));
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
        let fields = [("title", title), ("body", edit.body.clone())];
        let fields = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value?))));
        let path = ["repos", &self.owner, &self.name, "pulls", &pull.number.to_string()];
        self.wire.send(&Call::patch(path, Value::Object(fields.collect::<Map<_, _>>()))).map(drop)
    }

    fn turn(&self, number: u64, turn: Turn) -> Result<(), Fault> {
        let state = if turn == Turn::Open { "open" } else { "closed" };
        let path = ["repos", &self.owner, &self.name, "pulls", &number.to_string()];
        self.wire.send(&Call::patch(path, json!({"state": state}))).map(drop)
    }

    fn label(&self, number: u64, labels: &[String]) -> Result<(), Fault> {
        let ids = self.numbers(labels)?;
        let path = ["repos", &self.owner, &self.name, "issues", &number.to_string(), "labels"];
        self.wire.send(&Call::post(path, json!({"labels": ids})).harmless()).map(drop)
    }

    fn ask(&self, pull: &PullRequest, reviewers: &[String]) -> Result<(), Fault> {
        let (teams, users): (Vec<_>, Vec<_>) = reviewers.iter().partition(|reviewer| reviewer.contains('/'));
        let teams: Vec<&str> = teams.iter().filter_map(|team| Some(team.split_once('/')?.1)).collect();
        let path = ["repos", &self.owner, &self.name, "pulls", &pull.number.to_string(), "requested_reviewers"];
        let body = json!({"reviewers": users, "team_reviewers": teams});
        self.wire.send(&Call::post(path, body).harmless()).map(drop)
    }

    fn comments(&self, number: u64) -> Result<Vec<Comment>, Fault> {
        let path = ["repos", &self.owner, &self.name, "issues", &number.to_string(), "comments"];
        self.wire.pages(&Call::get(path))?.iter().map(comment).collect()
    }

    fn comment(&self, number: u64, body: &str) -> Result<(), Fault> {
        let path = ["repos", &self.owner, &self.name, "issues", &number.to_string(), "comments"];
        self.wire.send(&Call::post(path, json!({"body": body}))).map(drop)
    }

    fn rewrite(&self, _number: u64, comment: u64, body: &str) -> Result<(), Fault> {
        let path = ["repos", &self.owner, &self.name, "issues", "comments", &comment.to_string()];
        self.wire.send(&Call::patch(path, json!({"body": body}))).map(drop)
    }

    fn remove(&self, _number: u64, comment: u64) -> Result<(), Fault> {
        let path = ["repos", &self.owner, &self.name, "issues", "comments", &comment.to_string()];
        self.wire.send(&Call::delete(path)).map(drop)
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
    let org = text(&item["base"]["repo"]["owner"], "login");
    let teams = texts(&item["requested_reviewers_teams"], "name").into_iter().map(|name| format!("{org}/{name}"));
    Ok(PullRequest {
        number: number(item, "number")?,
        url: text(item, "html_url"),
        title: bare.unwrap_or(&title).to_owned(),
        body: text(item, "body"),
        state,
        head: text(&item["head"], "ref"),
        base: text(&item["base"], "ref"),
        labels: texts(&item["labels"], "name"),
        reviewers: texts(&item["requested_reviewers"], "login").into_iter().chain(teams).collect(),
        author: author(&item["user"]),
        owner: Owner::Another,
    })
}

/// Reads a comment.
fn comment(item: &Value) -> Result<Comment, Fault> {
    Ok(Comment { id: number(item, "id")?, body: text(item, "body"), author: author(&item["user"]) })
}

/// Reads who wrote something.
fn author(user: &Value) -> Author {
    Author { name: text(user, "login"), is_bot: false }
}

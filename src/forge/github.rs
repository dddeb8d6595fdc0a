//! GitHub, Enterprise included: pull requests over REST, their labels and comments as those of issues.
//! Must never take a pull request of a fork for one of this project.

use serde_json::{Map, Value, json};

use super::body::Edit;
use super::call::Call;
use super::dialect::{COLOUR, DESCRIBED, Dialect, Me, Turn, allowed, number, text, texts};
use super::fault::{Fault, Reason};
use super::pull::{Author, Comment, Draft, Owner, PullRequest, Readiness, State};
use super::wire::Wire;

/// A project on GitHub.
pub(super) struct GitHub {
    /// The way there.
    pub(super) wire: Wire,
    /// The owner of the project.
    pub(super) owner: String,
    /// The project.
    pub(super) name: String,
}

impl GitHub {
    /// Returns whether a branch as GitHub writes it is one of this project.
    fn is_own(&self, head: &Value) -> bool {
        text(&head["repo"], "full_name").eq_ignore_ascii_case(&format!("{}/{}", self.owner, self.name))
    }

    /// Makes a label where the project has none of that name.
    fn make_label(&self, label: &str) -> Result<(), Fault> {
        let (owner, name) = (&self.owner, &self.name);
        match self.wire.send(&Call::get(["repos", owner, name, "labels", label])) {
            Err(fault) if fault.reason == Reason::Missing => {}
            answer => return answer.map(drop),
        }
        let body = json!({"name": label, "color": COLOUR, "description": DESCRIBED});
        match self.wire.send(&Call::post(["repos", owner, name, "labels"], body)) {
            // Somebody was faster.
            Err(fault) if fault.reason == Reason::Rejected && fault.fact.contains("already_exists") => Ok(()),
            answer => answer.map(drop),
        }
    }
}

impl Dialect for GitHub {
    fn me(&self) -> Result<Me, Fault> {
        let user = allowed(self.wire.send(&Call::get(["user"])))?;
        Ok(user.map_or(Me::Bot, |user| Me::Named(text(&user, "login"))))
    }

    fn pulls(&self, head: &str, _base: &str) -> Result<Vec<PullRequest>, Fault> {
        let call = Call::get(["repos", &self.owner, &self.name, "pulls"])
            .with("head", &format!("{}:{head}", self.owner))
            .with("state", "all")
            .with("sort", "created")
            .with("direction", "desc");
        let found = self.wire.pages(&call)?;
        let own = |item: &&Value| item["head"]["ref"] == head && self.is_own(&item["head"]);
        found.iter().filter(own).map(pull).collect()
    }

    fn create(&self, draft: &Draft, text: &str) -> Result<PullRequest, Fault> {
        let body = json!({
            "title": draft.title, "head": draft.head, "base": draft.base, "body": text,
            "draft": draft.readiness == Readiness::Draft,
        });
        let answer = self.wire.send(&Call::post(["repos", &self.owner, &self.name, "pulls"], body));
        let there = |fault: &Fault| fault.reason == Reason::Rejected && fault.fact.contains("already exists");
        match answer {
            Err(fault) if there(&fault) => Err(Fault { reason: Reason::Conflict, ..fault }),
            answer => pull(&answer?),
        }
    }

    fn edit(&self, pull: &PullRequest, edit: &Edit) -> Result<(), Fault> {
        let fields = [("title", &edit.title), ("body", &edit.body)];
        let fields = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value.as_ref()?))));
        let body = Value::Object(fields.collect::<Map<_, _>>());
        let number = pull.number.to_string();
        self.wire.send(&Call::patch(["repos", &self.owner, &self.name, "pulls", &number], body)).map(drop)
    }

    fn turn(&self, number: u64, turn: Turn) -> Result<(), Fault> {
        let state = if turn == Turn::Open { "open" } else { "closed" };
        let path = ["repos", &self.owner, &self.name, "pulls", &number.to_string()];
        self.wire.send(&Call::patch(path, json!({"state": state}))).map(drop)
    }

    fn label(&self, number: u64, labels: &[String]) -> Result<(), Fault> {
        labels.iter().try_for_each(|label| self.make_label(label))?;
        let path = ["repos", &self.owner, &self.name, "issues", &number.to_string(), "labels"];
        self.wire.send(&Call::post(path, json!({"labels": labels})).harmless()).map(drop)
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
    let state = match (item["merged_at"].is_string(), text(item, "state").as_str(), &item["draft"]) {
        (true, ..) => State::Merged { commit: item["merge_commit_sha"].as_str().map(str::to_owned) },
        (_, "open", Value::Bool(true)) => State::Draft,
        (_, "open", _) => State::Open,
        _ => State::Closed,
    };
    let org = text(&item["base"]["repo"]["owner"], "login");
    let teams = texts(&item["requested_teams"], "slug").into_iter().map(|slug| format!("{org}/{slug}"));
    Ok(PullRequest {
        number: number(item, "number")?,
        url: text(item, "html_url"),
        title: text(item, "title"),
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
    Author { name: text(user, "login"), is_bot: user["type"] == "Bot" }
}

//! What GitHub and Gitea have in common: Gitea took over the paths and fields of GitHub's REST API for most of what is asked.
//! Each dialect says only where it differs. Must never hold a difference between the two.

use serde_json::{Map, Value, json};

use super::call::Call;
use super::dialect::{Turn, number, text, texts};
use super::fault::Fault;
use super::pull::{Author, Comment, Owner, PullRequest, State};
use super::wire::Wire;

/// A project under `/repos`.
pub(super) struct Repo {
    /// The way there.
    pub(super) wire: Wire,
    /// The owner of the project.
    pub(super) owner: String,
    /// The project.
    pub(super) name: String,
}

impl Repo {
    /// Changes what is given of a pull request's title and text.
    pub(super) fn edit(&self, number: u64, title: Option<&str>, body: Option<&str>) -> Result<(), Fault> {
        let fields = [("title", title), ("body", body)];
        let fields = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value?))));
        let path = ["repos", &self.owner, &self.name, "pulls", &number.to_string()];
        self.wire.send(&Call::patch(path, Value::Object(fields.collect::<Map<_, _>>()))).map(drop)
    }

    /// Closes a pull request or opens it again.
    pub(super) fn turn(&self, number: u64, turn: Turn) -> Result<(), Fault> {
        let state = if turn == Turn::Open { "open" } else { "closed" };
        let path = ["repos", &self.owner, &self.name, "pulls", &number.to_string()];
        self.wire.send(&Call::patch(path, json!({"state": state}))).map(drop)
    }

    /// Adds labels that the project has: their names, or what else the forge takes for them.
    pub(super) fn label(&self, number: u64, labels: &Value) -> Result<(), Fault> {
        let path = ["repos", &self.owner, &self.name, "issues", &number.to_string(), "labels"];
        self.wire.send(&Call::post(path, json!({"labels": labels})).harmless()).map(drop)
    }

    /// Asks users and teams (`ORG/TEAM`) to review.
    pub(super) fn ask(&self, number: u64, reviewers: &[String]) -> Result<(), Fault> {
        let (teams, users): (Vec<_>, Vec<_>) = reviewers.iter().partition(|reviewer| reviewer.contains('/'));
        let teams: Vec<&str> = teams.iter().filter_map(|team| Some(team.split_once('/')?.1)).collect();
        let path = ["repos", &self.owner, &self.name, "pulls", &number.to_string(), "requested_reviewers"];
        let body = json!({"reviewers": users, "team_reviewers": teams});
        self.wire.send(&Call::post(path, body).harmless()).map(drop)
    }

    /// Returns the comments on a pull request, by who wrote them.
    pub(super) fn comments(&self, number: u64, author: fn(&Value) -> Author) -> Result<Vec<Comment>, Fault> {
        let path = ["repos", &self.owner, &self.name, "issues", &number.to_string(), "comments"];
        self.wire.pages(&Call::get(path))?.iter().map(|item| comment(item, author)).collect()
    }

    /// Writes a comment.
    pub(super) fn comment(&self, number: u64, body: &str) -> Result<(), Fault> {
        let path = ["repos", &self.owner, &self.name, "issues", &number.to_string(), "comments"];
        self.wire.send(&Call::post(path, json!({"body": body}))).map(drop)
    }

    /// Writes over a comment.
    pub(super) fn rewrite(&self, comment: u64, body: &str) -> Result<(), Fault> {
        let path = ["repos", &self.owner, &self.name, "issues", "comments", &comment.to_string()];
        self.wire.send(&Call::patch(path, json!({"body": body}))).map(drop)
    }

    /// Removes a comment.
    pub(super) fn remove(&self, comment: u64) -> Result<(), Fault> {
        let path = ["repos", &self.owner, &self.name, "issues", "comments", &comment.to_string()];
        self.wire.send(&Call::delete(path)).map(drop)
    }
}

/// Reads what both say alike of a pull request; `teams` are the names of those asked to review.
pub(super) fn pull(item: &Value, state: State, teams: Vec<String>, author: Author) -> Result<PullRequest, Fault> {
    let org = text(&item["base"]["repo"]["owner"], "login");
    let teams = teams.into_iter().map(|name| format!("{org}/{name}"));
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
        author,
        owner: Owner::Another,
    })
}

/// Reads a comment.
fn comment(item: &Value, author: fn(&Value) -> Author) -> Result<Comment, Fault> {
    Ok(Comment { id: number(item, "id")?, body: text(item, "body"), author: author(&item["user"]) })
}

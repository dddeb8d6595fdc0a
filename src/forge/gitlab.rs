//! GitLab: merge requests, their comments as notes. Drafts are a word before the title; labels come into being by use.
//! Must never write a line that GitLab takes for a command (`/merge`, `/close`).

use serde_json::{Map, Value, json};

use super::body::Edit;
use super::call::Call;
use super::dialect::{Dialect, Me, Turn, allowed, number, text, texts};
use super::fault::{Fault, Reason};
use super::pull::{Author, Comment, Draft, Owner, PullRequest, Readiness, State};
use super::wire::Wire;

/// The word before the title of a draft.
const DRAFT: &str = "Draft: ";

/// A project on GitLab.
pub(super) struct GitLab {
    /// The way there.
    pub(super) wire: Wire,
    /// The project, with every group.
    pub(super) path: String,
}

impl GitLab {
    /// Returns the number of a user.
    fn user(&self, name: &str) -> Result<u64, Fault> {
        let found = self.wire.send(&Call::get(["users"]).with("username", name))?;
        let unknown = || Fault::new(Reason::Rejected, format!("there is no user `{name}` to review"));
        number(found.get(0).ok_or_else(unknown)?, "id")
    }
}

impl Dialect for GitLab {
    fn worded(&self, text: &str) -> String {
        inert(text)
    }

    fn me(&self) -> Result<Me, Fault> {
        let user = allowed(self.wire.send(&Call::get(["user"])))?;
        Ok(user.map_or(Me::Unknown, |user| Me::Named(text(&user, "username"))))
    }

    fn pulls(&self, head: &str, _base: &str) -> Result<Vec<PullRequest>, Fault> {
        let call = Call::get(["projects", &self.path, "merge_requests"])
            .with("source_branch", head)
            .with("state", "all")
            .with("order_by", "created_at")
            .with("sort", "desc");
        let found = self.wire.pages(&call)?;
        let own =
            |item: &&Value| item["source_branch"] == head && item["source_project_id"] == item["target_project_id"];
        found.iter().filter(own).map(pull).collect()
    }

    fn create(&self, draft: &Draft, text: &str) -> Result<PullRequest, Fault> {
        let word = if draft.readiness == Readiness::Draft { DRAFT } else { "" };
        let body = json!({
            "source_branch": draft.head, "target_branch": draft.base, "title": format!("{word}{}", draft.title),
            "description": text, "labels": draft.labels.join(","),
        });
        pull(&self.wire.send(&Call::post(["projects", &self.path, "merge_requests"], body))?)
    }

    fn edit(&self, pull: &PullRequest, edit: &Edit) -> Result<(), Fault> {
        let word = if pull.state == State::Draft { DRAFT } else { "" };
        let title = edit.title.as_ref().map(|title| format!("{word}{title}"));
        let fields = [("title", title), ("description", edit.body.clone())];
        let fields = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value?))));
        let path = ["projects", &self.path, "merge_requests", &pull.number.to_string()];
        self.wire.send(&Call::put(path, Value::Object(fields.collect::<Map<_, _>>()))).map(drop)
    }

    fn turn(&self, number: u64, turn: Turn) -> Result<(), Fault> {
        let event = if turn == Turn::Open { "reopen" } else { "close" };
        let path = ["projects", &self.path, "merge_requests", &number.to_string()];
        self.wire.send(&Call::put(path, json!({"state_event": event}))).map(drop)
    }

    fn label(&self, number: u64, labels: &[String]) -> Result<(), Fault> {
        let path = ["projects", &self.path, "merge_requests", &number.to_string()];
        self.wire.send(&Call::put(path, json!({"add_labels": labels.join(",")}))).map(drop)
    }

    fn ask(&self, pull: &PullRequest, reviewers: &[String]) -> Result<(), Fault> {
        let all = pull.reviewers.iter().chain(reviewers);
        let numbers: Vec<u64> = all.map(|name| self.user(name)).collect::<Result<_, _>>()?;
        let path = ["projects", &self.path, "merge_requests", &pull.number.to_string()];
        self.wire.send(&Call::put(path, json!({"reviewer_ids": numbers}))).map(drop)
    }

    fn comments(&self, number: u64) -> Result<Vec<Comment>, Fault> {
        let path = ["projects", &self.path, "merge_requests", &number.to_string(), "notes"];
        let notes = self.wire.pages(&Call::get(path).with("order_by", "created_at").with("sort", "asc"))?;
        notes.iter().filter(|note| note["system"] != true).map(comment).collect()
    }

    fn comment(&self, number: u64, body: &str) -> Result<(), Fault> {
        let path = ["projects", &self.path, "merge_requests", &number.to_string(), "notes"];
        self.wire.send(&Call::post(path, json!({"body": body}))).map(drop)
    }

    fn rewrite(&self, number: u64, comment: u64, body: &str) -> Result<(), Fault> {
        let (number, comment) = (number.to_string(), comment.to_string());
        let path = ["projects", &self.path, "merge_requests", &number, "notes", &comment];
        self.wire.send(&Call::put(path, json!({"body": body}))).map(drop)
    }

    fn remove(&self, number: u64, comment: u64) -> Result<(), Fault> {
        let (number, comment) = (number.to_string(), comment.to_string());
        self.wire.send(&Call::delete(["projects", &self.path, "merge_requests", &number, "notes", &comment])).map(drop)
    }
}

/// Returns a text without lines that GitLab takes for commands.
fn inert(text: &str) -> String {
    let command = |line: &str| {
        let word = line.trim_start().strip_prefix('/').unwrap_or_default();
        word.starts_with(|c: char| c.is_ascii_alphabetic())
    };
    let mut fence = None;
    let mut lines = Vec::new();
    for line in text.split('\n') {
        let marks = line.trim_start();
        let mark = ["```", "~~~"].into_iter().find(|mark| marks.starts_with(mark));
        match (fence, mark) {
            (None, Some(_)) => fence = mark,
            (Some(open), Some(mark)) if open == mark => fence = None,
            _ => {}
        }
        let acts = fence.is_none() && command(line);
        lines.push(if acts { line.replacen('/', "\\/", 1) } else { line.to_owned() });
    }
    lines.join("\n")
}

/// Reads a merge request.
fn pull(item: &Value) -> Result<PullRequest, Fault> {
    let commit = ["merge_commit_sha", "squash_commit_sha", "sha"].into_iter().find_map(|field| item[field].as_str());
    let title = text(item, "title");
    let bare = ["Draft: ", "[Draft] ", "(Draft) "].into_iter().find_map(|word| title.strip_prefix(word));
    let is_draft = item["draft"].as_bool().or(item["work_in_progress"].as_bool()).unwrap_or(bare.is_some());
    let state = match text(item, "state").as_str() {
        "merged" => State::Merged { commit: commit.map(str::to_owned) },
        // Locked while it is being merged.
        "opened" | "locked" if is_draft => State::Draft,
        "opened" | "locked" => State::Open,
        _ => State::Closed,
    };
    let labels = item["labels"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    Ok(PullRequest {
        number: number(item, "iid")?,
        url: text(item, "web_url"),
        title: bare.unwrap_or(&title).to_owned(),
        body: text(item, "description"),
        state,
        head: text(item, "source_branch"),
        base: text(item, "target_branch"),
        labels,
        reviewers: texts(&item["reviewers"], "username"),
        author: author(&item["author"]),
        owner: Owner::Another,
    })
}

/// Reads a note.
fn comment(item: &Value) -> Result<Comment, Fault> {
    Ok(Comment { id: number(item, "id")?, body: text(item, "body"), author: author(&item["author"]) })
}

/// Reads who wrote something.
fn author(user: &Value) -> Author {
    Author { name: text(user, "username"), is_bot: user["bot"] == true }
}

#[cfg(test)]
mod tests;

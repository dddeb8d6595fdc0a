//! GitLab's dialect as published (REST, v4).

use serde_json::{Value, json};

use crate::model::{Note, Pull, Shop, page, unfit, user};
use crate::server::{Play, Request, json};

/// Answers a request.
pub(crate) fn answer(shop: &mut Shop, request: &Request) -> Play {
    let Some(path) = request.path.strip_prefix("/api/v4/") else { return shop.blame(request, "path") };
    let parts: Vec<&str> = path.split('/').collect();
    match (request.method.as_str(), parts.as_slice()) {
        ("GET", ["user"]) if shop.hides_me => json(403, &json!({"error": "insufficient_scope"})),
        ("GET", ["user"]) => json(200, &user("bot")),
        ("GET", ["users"]) => {
            let name = request.parameter("username").unwrap();
            let id = 1000 + u64::try_from(name.len()).unwrap();
            json(200, &if name == "nobody" { json!([]) } else { json!([{"id": id, "username": name}]) })
        }
        ("GET", ["projects", "g%2Fs%2Fr", "merge_requests"]) => list(shop, request),
        ("POST", ["projects", "g%2Fs%2Fr", "merge_requests"]) => create(shop, request),
        ("PUT", ["projects", "g%2Fs%2Fr", "merge_requests", number]) => edit(shop, request, number),
        (_, ["projects", "g%2Fs%2Fr", "merge_requests", number, "notes", rest @ ..]) => {
            notes(shop, request, number, rest)
        }
        _ => shop.blame(request, "no such endpoint"),
    }
}

/// Lists merge requests.
fn list(shop: &mut Shop, request: &Request) -> Play {
    let expected = [("state", "all"), ("order_by", "created_at"), ("sort", "desc"), ("per_page", "100")];
    if expected.iter().any(|(name, value)| request.parameter(name) != Some(value)) {
        return shop.blame(request, "query");
    }
    let head = request.parameter("source_branch").unwrap().replace("%2F", "/");
    let mut pulls: Vec<&Pull> = shop.pulls.iter().filter(|pull| pull.head == head).collect();
    pulls.reverse();
    page(request, &pulls.into_iter().map(shown).collect::<Vec<_>>())
}

/// Opens a merge request.
fn create(shop: &mut Shop, request: &Request) -> Play {
    let body = request.json();
    let needed = ["title", "source_branch", "target_branch", "description", "labels"];
    if let Some(why) = unfit(&body, &needed, &["reviewer_ids"]) {
        return shop.blame(request, &why);
    }
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    let head = text("source_branch");
    let Some(made) = shop.open(&text("title"), &text("description"), &head, &text("target_branch")) else {
        let there = shop.pulls.iter().find(|pull| pull.is_open && pull.head == head).unwrap().number;
        let message = format!("Another open merge request already exists for this source branch: !{there}");
        return json(409, &json!({"message": [message]}));
    };
    let pull = shop.pull(&made.number.to_string());
    pull.labels = text("labels").split(',').filter(|label| !label.is_empty()).map(str::to_owned).collect();
    json(201, &shown(pull))
}

/// Changes a merge request.
fn edit(shop: &mut Shop, request: &Request, number: &str) -> Play {
    let body = request.json();
    if let Some(why) = unfit(&body, &[], &["title", "description", "state_event", "add_labels", "reviewer_ids"]) {
        return shop.blame(request, &why);
    }
    let pull = shop.pull(number);
    let text = |name: &str| body[name].as_str().map(str::to_owned);
    pull.title = text("title").unwrap_or(pull.title.clone());
    pull.body = text("description").unwrap_or(pull.body.clone());
    pull.is_open = text("state_event").map_or(pull.is_open, |event| event == "reopen");
    pull.labels
        .extend(text("add_labels").into_iter().flat_map(|all| all.split(',').map(str::to_owned).collect::<Vec<_>>()));
    if let Some(ids) = body["reviewer_ids"].as_array() {
        pull.reviewers = ids.iter().map(ToString::to_string).collect();
    }
    json(200, &shown(pull))
}

/// Reads and writes notes.
fn notes(shop: &mut Shop, request: &Request, number: &str, rest: &[&str]) -> Play {
    let text = || request.json()["body"].as_str().unwrap().to_owned();
    match (request.method.as_str(), rest) {
        ("GET", []) => {
            let of = |note: &&Note| note.pull.to_string() == number;
            page(request, &shop.notes.iter().filter(of).map(note).collect::<Vec<_>>())
        }
        ("POST", []) => json(201, &note(&shop.note(number, "bot", &text()))),
        ("PUT" | "DELETE", [id]) => {
            let Some(at) = shop.notes.iter().position(|note| note.id.to_string() == *id) else {
                return json(404, &json!({"message": "404 Not found"}));
            };
            if request.method == "DELETE" {
                shop.notes.remove(at);
                return json(204, &Value::Null);
            }
            shop.notes[at].body = text();
            json(200, &note(&shop.notes[at]))
        }
        _ => shop.blame(request, "no such endpoint"),
    }
}

/// Returns a merge request as GitLab writes it.
fn shown(pull: &Pull) -> Value {
    let state = if pull.merged.is_some() {
        "merged"
    } else if pull.is_open {
        "opened"
    } else {
        "closed"
    };
    let reviewers: Vec<Value> = pull.reviewers.iter().map(|name| user(name)).collect();
    json!({
        "id": 9000 + pull.number, "iid": pull.number, "web_url": format!("https://forge/{}", pull.number),
        "title": pull.title, "description": pull.body, "state": state, "draft": pull.title.starts_with("Draft: "),
        "merge_commit_sha": Value::Null, "squash_commit_sha": Value::Null, "sha": pull.merged.clone().unwrap_or("5ha".into()),
        "source_branch": pull.head, "target_branch": pull.base, "labels": pull.labels, "reviewers": reviewers,
        "source_project_id": if pull.is_fork { 4 } else { 3 }, "target_project_id": 3, "author": user(&pull.author),
    })
}

/// Returns a note as GitLab writes it.
fn note(note: &Note) -> Value {
    json!({"id": note.id, "body": note.body, "author": user(&note.author), "system": note.author == "system"})
}

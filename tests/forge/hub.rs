//! GitHub's dialect as published (REST, version 2022-11-28).

use serde_json::{Value, json};

use crate::model::{Note, Pull, Shop, page, unfit, user};
use crate::server::{Play, Request, json};

/// Answers a request.
pub(crate) fn answer(shop: &mut Shop, request: &Request) -> Play {
    let Some(path) = request.path.strip_prefix("/api/v3/") else { return shop.blame(request, "path") };
    let parts: Vec<&str> = path.split('/').collect();
    let method = request.method.as_str();
    match (method, parts.as_slice()) {
        ("GET", ["user"]) if shop.hides_me => {
            json(403, &json!({"message": "Resource not accessible by integration", "status": "403"}))
        }
        ("GET", ["user"]) => json(200, &user("bot")),
        ("GET", ["repos", "o", "r", "pulls"]) => list(shop, request),
        ("POST", ["repos", "o", "r", "pulls"]) => create(shop, request),
        ("PATCH", ["repos", "o", "r", "pulls", number]) => edit(shop, request, number),
        ("POST", ["repos", "o", "r", "pulls", number, "requested_reviewers"]) => ask(shop, request, number),
        ("GET", ["repos", "o", "r", "labels", name]) => {
            let is_there = shop.labels.iter().any(|(_, label)| label.replace('/', "%2F") == *name);
            if is_there { json(200, &json!({"name": name})) } else { json(404, &json!({"message": "Not Found"})) }
        }
        ("POST", ["repos", "o", "r", "labels"]) => label(shop, request),
        ("POST", ["repos", "o", "r", "issues", number, "labels"]) => add_labels(shop, request, number),
        (_, ["repos", "o", "r", "issues", rest @ ..]) => comments(shop, request, rest),
        _ => shop.blame(request, "no such endpoint"),
    }
}

/// Lists pull requests.
fn list(shop: &mut Shop, request: &Request) -> Play {
    let expected = [("state", "all"), ("sort", "created"), ("direction", "desc"), ("per_page", "100")];
    if expected.iter().any(|(name, value)| request.parameter(name) != Some(value)) {
        return shop.blame(request, "query");
    }
    let head = request.parameter("head").unwrap().replace("%2F", "/").replace("%3A", ":");
    // As GitHub does, forks of the same owner name included.
    let mut pulls: Vec<&Pull> = shop.pulls.iter().filter(|pull| head == format!("o:{}", pull.head)).collect();
    pulls.reverse();
    page(request, &pulls.into_iter().map(shown).collect::<Vec<_>>())
}

/// Opens a pull request.
fn create(shop: &mut Shop, request: &Request) -> Play {
    let body = request.json();
    if let Some(why) = unfit(&body, &["title", "head", "base", "body"], &["draft", "maintainer_can_modify"]) {
        return shop.blame(request, &why);
    }
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    let refused = |error: Value| {
        let docs = "https://docs.github.com/rest/pulls/pulls#create-a-pull-request";
        json(
            422,
            &json!({"message": "Validation Failed", "errors": [error], "documentation_url": docs, "status": "422"}),
        )
    };
    let Some(pull) = shop.open(&text("title"), &text("body"), &text("head"), &text("base")) else {
        let message = format!("A pull request already exists for o:{}.", text("head"));
        return refused(json!({"resource": "PullRequest", "code": "custom", "message": message}));
    };
    let made = shop.pull(&pull.number.to_string());
    made.is_draft = body["draft"].as_bool().unwrap();
    json(201, &shown(made))
}

/// Changes a pull request.
fn edit(shop: &mut Shop, request: &Request, number: &str) -> Play {
    let body = request.json();
    if let Some(why) = unfit(&body, &[], &["title", "body", "state"]) {
        return shop.blame(request, &why);
    }
    let pull = shop.pull(number);
    let text = |name: &str| body[name].as_str().map(str::to_owned);
    pull.title = text("title").unwrap_or(pull.title.clone());
    pull.body = text("body").unwrap_or(pull.body.clone());
    pull.is_open = text("state").map_or(pull.is_open, |state| state == "open");
    json(200, &shown(pull))
}

/// Asks reviewers.
fn ask(shop: &mut Shop, request: &Request, number: &str) -> Play {
    let body = request.json();
    if let Some(why) = unfit(&body, &["reviewers", "team_reviewers"], &[]) {
        return shop.blame(request, &why);
    }
    if body["reviewers"].as_array().unwrap().contains(&json!("nobody")) {
        return json(422, &json!({"message": "Reviews may only be requested from collaborators."}));
    }
    let pull = shop.pull(number);
    let all = body["reviewers"].as_array().unwrap().iter().chain(body["team_reviewers"].as_array().unwrap());
    pull.reviewers.extend(all.map(|name| name.as_str().unwrap().to_owned()));
    json(201, &shown(pull))
}

/// Makes a label.
fn label(shop: &mut Shop, request: &Request) -> Play {
    let body = request.json();
    if let Some(why) = unfit(&body, &["name", "color", "description"], &[]) {
        return shop.blame(request, &why);
    }
    // Six digits without a sign.
    assert!(u32::from_str_radix(body["color"].as_str().unwrap(), 16).is_ok());
    let (id, name) = (shop.next(), body["name"].as_str().unwrap().to_owned());
    if shop.labels.iter().any(|(_, label)| *label == name) {
        let error = json!({"resource": "Label", "code": "already_exists", "field": "name"});
        return json(422, &json!({"message": "Validation Failed", "errors": [error]}));
    }
    shop.labels.push((id, name));
    json(201, &body)
}

/// Adds labels.
fn add_labels(shop: &mut Shop, request: &Request, number: &str) -> Play {
    let names: Vec<String> = serde_json::from_value(request.json()["labels"].clone()).unwrap();
    shop.pull(number).labels.extend(names);
    json(200, &json!([]))
}

/// Reads and writes comments.
fn comments(shop: &mut Shop, request: &Request, rest: &[&str]) -> Play {
    let text = || request.json()["body"].as_str().unwrap().to_owned();
    match (request.method.as_str(), rest) {
        ("GET", [number, "comments"]) => {
            let of = |note: &&Note| note.pull.to_string() == *number;
            page(request, &shop.notes.iter().filter(of).map(note).collect::<Vec<_>>())
        }
        ("POST", [number, "comments"]) => json(201, &note(&shop.note(number, "bot", &text()))),
        (_, ["comments", id]) => {
            let Some(at) = shop.notes.iter().position(|note| note.id.to_string() == *id) else {
                return json(404, &json!({"message": "Not Found"}));
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

/// Returns a pull request as GitHub writes it.
pub(crate) fn shown(pull: &Pull) -> Value {
    let labels: Vec<Value> = pull.labels.iter().map(|name| json!({"id": 7, "name": name})).collect();
    let reviewers: Vec<Value> = pull.reviewers.iter().map(|name| user(name)).collect();
    let repo = |name: &str| json!({"full_name": name, "owner": {"login": "o"}});
    json!({
        "number": pull.number, "html_url": format!("https://forge/{}", pull.number), "title": pull.title, "body": pull.body,
        "state": if pull.is_open { "open" } else { "closed" }, "draft": pull.is_draft,
        "merged_at": pull.merged.as_ref().map(|_| "2026-11-22T10:00:00Z"), "merge_commit_sha": pull.merged.clone(),
        "head": {"ref": pull.head, "label": format!("o:{}", pull.head), "repo": repo(if pull.is_fork { "o/fork" } else { "O/R" })},
        "base": {"ref": pull.base, "repo": repo("O/R")}, "labels": labels,
        "requested_reviewers": reviewers, "requested_teams": [], "user": user(&pull.author),
    })
}

/// Returns a comment as GitHub writes it.
fn note(note: &Note) -> Value {
    json!({"id": note.id, "body": note.body, "user": user(&note.author)})
}

//! Gitea's dialect as its 1.26 speaks it.

use serde_json::{Value, json};

use crate::model::{Note, Pull, Shop, page, unfit, user};
use crate::server::{Play, Request, json};

/// Answers a request.
pub(crate) fn answer(shop: &mut Shop, request: &Request) -> Play {
    let Some(path) = request.path.strip_prefix("/api/v1/") else { return shop.blame(request, "path") };
    let parts: Vec<&str> = path.split('/').collect();
    match (request.method.as_str(), parts.as_slice()) {
        ("GET", ["user"]) if shop.hides_me => json(
            403,
            &json!({"message": "token does not have at least one of required scope(s), required=[read:user]"}),
        ),
        ("GET", ["user"]) => json(200, &user("bot")),
        ("GET", ["orgs", "o", "labels"]) => json(404, &json!({"message": "user redirect does not exist [name: o]"})),
        ("GET", ["repos", "o", "r", "pulls"]) => list(shop, request),
        ("GET", ["repos", "o", "r", "pulls", "main", head]) => {
            // Any of them, as the forge does: here the oldest.
            let found = shop.pulls.iter().find(|pull| !pull.is_fork && pull.head.replace('/', "%2F") == *head);
            found.map_or_else(|| json(404, &json!({"message": "not found"})), |pull| json(200, &shown(pull)))
        }
        ("POST", ["repos", "o", "r", "pulls"]) => create(shop, request),
        ("PATCH", ["repos", "o", "r", "pulls", number]) => edit(shop, request, number),
        ("POST", ["repos", "o", "r", "pulls", number, "requested_reviewers"]) => ask(shop, request, number),
        (_, ["repos", "o", "r", "labels", ..]) => labels(shop, request),
        ("POST", ["repos", "o", "r", "issues", number, "labels"]) => {
            let ids: Vec<u64> = serde_json::from_value(request.json()["labels"].clone()).unwrap();
            let names = ids.iter().map(|id| shop.labels.iter().find(|(known, _)| known == id).unwrap().1.clone());
            let names: Vec<String> = names.collect();
            shop.pull(number).labels.extend(names);
            json(200, &json!([]))
        }
        (_, ["repos", "o", "r", "issues", rest @ ..]) => comments(shop, request, rest),
        _ => shop.blame(request, "no such endpoint"),
    }
}

/// Lists pull requests: all branches, the newest first.
fn list(shop: &mut Shop, request: &Request) -> Play {
    if request.parameter("limit") != Some("50") || request.parameter("head").is_some() {
        return shop.blame(request, "query");
    }
    let is_open = request.parameter("state").unwrap() == "open";
    let mut pulls: Vec<&Pull> = shop.pulls.iter().filter(|pull| pull.is_open == is_open).collect();
    pulls.reverse();
    page(request, &pulls.into_iter().map(shown).collect::<Vec<_>>())
}

/// Opens a pull request.
fn create(shop: &mut Shop, request: &Request) -> Play {
    let body = request.json();
    if let Some(why) = unfit(&body, &["title", "head", "base", "body"], &["labels", "reviewers"]) {
        return shop.blame(request, &why);
    }
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    let ids: Vec<u64> = serde_json::from_value(body["labels"].clone()).unwrap_or_default();
    match shop.open(&text("title"), &text("body"), &text("head"), &text("base")) {
        Some(pull) => {
            let names = shop.labels.iter().filter(|(id, _)| ids.contains(id)).map(|(_, name)| name.clone()).collect();
            shop.pull(&pull.number.to_string()).labels = names;
            json(201, &shown(shop.pull(&pull.number.to_string())))
        }
        None => json(
            409,
            &json!({"message": "pull request already exists for these targets [id: 1, issue_id: 1]", "url": "https://forge/api/swagger"}),
        ),
    }
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
    json(201, &shown(pull))
}

/// Asks reviewers.
fn ask(shop: &mut Shop, request: &Request, number: &str) -> Play {
    let names: Vec<String> = serde_json::from_value(request.json()["reviewers"].clone()).unwrap();
    if names.contains(&"nobody".to_owned()) {
        return json(404, &json!({"message": "user redirect does not exist [name: nobody]"}));
    }
    shop.pull(number).reviewers.extend(names);
    json(201, &json!([]))
}

/// Lists, makes and removes labels.
fn labels(shop: &mut Shop, request: &Request) -> Play {
    match request.method.as_str() {
        "GET" => {
            let shown = |(id, name): &(u64, String)| json!({"id": id, "name": name});
            page(request, &shop.labels.iter().map(shown).collect::<Vec<_>>())
        }
        "POST" => {
            let body = request.json();
            if let Some(why) = unfit(&body, &["name", "color"], &["description", "exclusive"]) {
                return shop.blame(request, &why);
            }
            let (id, name) = (shop.next(), body["name"].as_str().unwrap().to_owned());
            shop.labels.push((id, name.clone()));
            json(201, &json!({"id": id, "name": name}))
        }
        "DELETE" => {
            let id: u64 = request.path.rsplit('/').next().unwrap().parse().unwrap();
            shop.labels.retain(|(known, _)| *known != id);
            json(204, &Value::Null)
        }
        _ => shop.blame(request, "no such endpoint"),
    }
}

/// Reads and writes comments.
fn comments(shop: &mut Shop, request: &Request, rest: &[&str]) -> Play {
    let text = || request.json()["body"].as_str().unwrap().to_owned();
    match (request.method.as_str(), rest) {
        ("GET", [number, "comments"]) => {
            // All at once, whatever page is asked for.
            let of = |note: &&Note| note.pull.to_string() == *number;
            json(200, &json!(shop.notes.iter().filter(of).map(note).collect::<Vec<_>>()))
        }
        ("POST", [number, "comments"]) => json(201, &note(&shop.note(number, "bot", &text()))),
        (_, ["comments", id]) => {
            let Some(at) = shop.notes.iter().position(|note| note.id.to_string() == *id) else {
                return json(404, &json!({"message": "not found"}));
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

/// Returns a pull request as Gitea writes it.
fn shown(pull: &Pull) -> Value {
    let labels: Vec<Value> = pull.labels.iter().map(|name| json!({"id": 7, "name": name})).collect();
    let reviewers: Vec<Value> = pull.reviewers.iter().map(|name| user(name)).collect();
    // A branch that was deleted after the merge.
    let name = if pull.merged.is_some() { format!("refs/pull/{}/head", pull.number) } else { pull.head.clone() };
    json!({
        "number": pull.number, "html_url": format!("https://forge/{}", pull.number), "title": pull.title, "body": pull.body,
        "state": if pull.is_open { "open" } else { "closed" }, "draft": pull.title.starts_with("WIP:"),
        "merged": pull.merged.is_some(), "merge_commit_sha": pull.merged.clone(),
        "head": {"ref": name, "label": pull.head, "repo_id": if pull.is_fork { 4 } else { 3 }},
        "base": {"ref": pull.base, "label": pull.base, "repo_id": 3, "repo": {"owner": {"login": "o"}}},
        "labels": labels, "requested_reviewers": reviewers, "requested_reviewers_teams": Value::Null,
        "user": user(&pull.author),
    })
}

/// Returns a comment as Gitea writes it.
fn note(note: &Note) -> Value {
    json!({"id": note.id, "body": note.body, "user": user(&note.author)})
}

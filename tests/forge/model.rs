//! A forge in memory that speaks one dialect and panics in the test where a request is not as the API is published.
//! Lists have short pages whose links lead to another host: nobody may follow them.

use std::sync::{Arc, Mutex};

use leeward::forge::{Forge, Kind};
use serde_json::{Value, json};

use crate::server::{Play, Request, Server, json};
use crate::setting::{CANARY, forge};
use crate::{hub, lab, tea};

/// How long a page is.
const PAGE: usize = 2;

/// A pull request of the forge.
#[derive(Debug, Clone)]
pub(crate) struct Pull {
    pub(crate) number: u64,
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) is_open: bool,
    pub(crate) merged: Option<String>,
    pub(crate) is_draft: bool,
    pub(crate) head: String,
    pub(crate) base: String,
    pub(crate) labels: Vec<String>,
    pub(crate) reviewers: Vec<String>,
    pub(crate) author: String,
    pub(crate) is_fork: bool,
}

/// A comment of the forge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) id: u64,
    pub(crate) pull: u64,
    pub(crate) author: String,
    pub(crate) body: String,
}

/// All that is on the forge.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shop {
    pub(crate) pulls: Vec<Pull>,
    pub(crate) notes: Vec<Note>,
    pub(crate) labels: Vec<(u64, String)>,
    /// Counts everything that is made.
    pub(crate) last: u64,
    /// What a request did wrong.
    pub(crate) wrong: Vec<String>,
    /// Answers that come before the forge's own: for which line, and whether the forge acts all the same.
    pub(crate) instead: Vec<(String, Acts, Play)>,
    /// A pull request that shows only once another was made.
    pub(crate) late: Option<Pull>,
    /// Labels that another run gives every pull request, after so many more lists were read.
    pub(crate) labelled: Option<(usize, Vec<String>)>,
    /// The token may not ask who it is.
    pub(crate) hides_me: bool,
}

/// Whether the forge does what it is asked although it answers something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Acts {
    /// It does it.
    Yes,
    /// It does not.
    No,
}

/// A forge in memory, and the way to it.
pub(crate) struct World {
    pub(crate) kind: Kind,
    pub(crate) server: Server,
    shop: Arc<Mutex<Shop>>,
}

impl World {
    /// Starts an empty forge.
    pub(crate) fn new(kind: Kind) -> Self {
        Self::with_git(kind, |_| Play::Hang)
    }

    /// Starts an empty forge that is asked by git too.
    pub(crate) fn with_git(kind: Kind, git: impl Fn(&Request) -> Play + Send + Sync + 'static) -> Self {
        let shop = Arc::new(Mutex::new(Shop { last: 100, ..Shop::default() }));
        let inside = Arc::clone(&shop);
        let server = Server::start(Box::new(move |request| {
            if request.path.contains(".git/") {
                git(request)
            } else {
                answer(kind, &mut inside.lock().unwrap(), request)
            }
        }));
        Self { kind, server, shop }
    }

    /// Starts an empty forge of each dialect.
    pub(crate) fn each() -> [Self; 3] {
        [Kind::GitHub, Kind::GitLab, Kind::Gitea].map(Self::new)
    }

    /// Returns a new client.
    pub(crate) fn forge(&self) -> Forge {
        forge(self.kind, &self.server)
    }

    /// Returns what is on the forge; no request was wrong.
    pub(crate) fn shop(&self) -> Shop {
        let shop = self.shop.lock().unwrap().clone();
        assert_eq!(shop.wrong, [""; 0]);
        shop
    }

    /// Changes what is on the forge, as a person would.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Shop)) {
        change(&mut self.shop.lock().unwrap());
    }

    /// Returns the one pull request.
    pub(crate) fn pull(&self) -> Pull {
        let [pull] = self.shop().pulls.try_into().unwrap();
        pull
    }

    /// Has the next request of a line answered otherwise.
    pub(crate) fn instead(&self, line: &str, acts: Acts, play: Play) {
        self.change(|shop| shop.instead.push((line.to_owned(), acts, play)));
    }

    /// Returns what was written over the API since the last time.
    pub(crate) fn writes(&self) -> Vec<String> {
        let mut writes = self.server.writes();
        writes.retain(|line| !line.contains(".git/"));
        self.server.forget();
        writes
    }
}

/// Returns a pull request of another branch, person or fork.
pub(crate) fn pull(number: u64, author: &str, head: &str, body: &str) -> Pull {
    Pull {
        number,
        title: "theirs".to_owned(),
        body: body.to_owned(),
        is_open: true,
        merged: None,
        is_draft: false,
        head: head.to_owned(),
        base: "main".to_owned(),
        labels: Vec::new(),
        reviewers: Vec::new(),
        author: author.to_owned(),
        is_fork: false,
    }
}

impl Shop {
    /// Returns the next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// Returns a pull request.
    pub(crate) fn pull(&mut self, number: &str) -> &mut Pull {
        let number: u64 = number.parse().unwrap();
        self.pulls.iter_mut().find(|pull| pull.number == number).unwrap()
    }

    /// Makes a pull request; `None` where the branch has an open one.
    pub(crate) fn open(&mut self, title: &str, body: &str, head: &str, base: &str) -> Option<Pull> {
        if self.pulls.iter().any(|pull| pull.is_open && !pull.is_fork && pull.head == head && pull.base == base) {
            return None;
        }
        let number = self.next();
        let made = Pull { title: title.to_owned(), base: base.to_owned(), ..pull(number, "bot", head, body) };
        self.pulls.extend(self.late.take());
        self.pulls.push(made.clone());
        Some(made)
    }

    /// Writes a comment.
    pub(crate) fn note(&mut self, pull: &str, author: &str, body: &str) -> Note {
        let note =
            Note { id: self.next(), pull: pull.parse().unwrap(), author: author.to_owned(), body: body.to_owned() };
        self.notes.push(note.clone());
        note
    }

    /// Says that a request was wrong.
    pub(crate) fn blame(&mut self, request: &Request, why: &str) -> Play {
        self.wrong.push(format!("{}?{} {}: {why}", request.line(), request.query, request.body));
        json(400, &json!({"message": why}))
    }
}

/// Answers a request.
fn answer(kind: Kind, shop: &mut Shop, request: &Request) -> Play {
    let play = shop.instead.iter().position(|(line, ..)| request.line() == *line).map(|at| shop.instead.remove(at));
    if let Some((_, Acts::No, play)) = play {
        return play;
    }
    if request.method == "GET" && request.path.ends_with("/pulls") {
        label_late(shop);
    }
    let headers = |name: &str| request.headers.get(name).map_or("", String::as_str);
    let (authorization, accept) = match kind {
        Kind::GitHub => (headers("authorization") == format!("Bearer {CANARY}"), "application/vnd.github+json"),
        Kind::GitLab => (headers("private-token") == CANARY, "application/json"),
        Kind::Gitea => (headers("authorization") == format!("token {CANARY}"), "application/json"),
    };
    let version = kind != Kind::GitHub || headers("x-github-api-version") == "2022-11-28";
    let media = request.body.is_empty() || headers("content-type") == "application/json";
    let clean = !format!("{}{}{}", request.path, request.query, request.body).contains(CANARY);
    let agent = headers("user-agent").starts_with("leeward/");
    if !(authorization && headers("accept") == accept && version && media && clean && agent) {
        return shop.blame(request, &format!("headers {:?}", request.headers));
    }
    let own = match kind {
        Kind::GitHub => hub::answer(shop, request),
        Kind::GitLab => lab::answer(shop, request),
        Kind::Gitea => tea::answer(shop, request),
    };
    play.map_or(own, |(_, _, play)| play)
}

/// Lets another run label every pull request, where one is about to.
fn label_late(shop: &mut Shop) {
    match shop.labelled.take() {
        Some((0, labels)) => shop.pulls.iter_mut().for_each(|pull| pull.labels.clone_from(&labels)),
        Some((left, labels)) => shop.labelled = Some((left - 1, labels)),
        None => {}
    }
}

/// Returns a page of a list.
pub(crate) fn page(request: &Request, items: &[Value]) -> Play {
    let number: usize = request.parameter("page").unwrap().parse().unwrap();
    let shown: Vec<&Value> = items.iter().skip((number - 1) * PAGE).take(PAGE).collect();
    let next =
        "link: <http://203.0.113.1/evil?page=2>; rel=\"next\", <http://203.0.113.1/evil?page=9>; rel=\"last\"\r\n";
    let more =
        if number * PAGE < items.len() { next } else { "link: <http://203.0.113.1/evil?page=1>; rel=\"first\"\r\n" };
    Play::Answer(200, "application/json", more.to_owned(), json!(shown).to_string())
}

/// Returns why an object is not what an API takes: fields it does not know, fields that are missing.
pub(crate) fn unfit(body: &Value, needed: &[&str], allowed: &[&str]) -> Option<String> {
    let fields = body.as_object().unwrap();
    let missing = needed.iter().find(|name| !fields.contains_key(**name)).map(|name| format!("no `{name}`"));
    let strange = fields.keys().find(|name| !needed.contains(&name.as_str()) && !allowed.contains(&name.as_str()));
    missing.or_else(|| strange.map(|name| format!("no field `{name}`")))
}

/// Returns what is said about a user.
pub(crate) fn user(name: &str) -> Value {
    let kind = if name.ends_with("[bot]") { "Bot" } else { "User" };
    json!({"login": name, "username": name, "id": 1, "type": kind})
}

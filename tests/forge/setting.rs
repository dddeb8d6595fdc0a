//! What the tests share: a client for a server on this machine, a proposal, its mark.

use std::time::Duration;

use leeward::failure::Failure;
use leeward::forge::{Deadlines, Draft, Environment, Forge, Kind, Marker, Project, Pushed, Readiness, Token};
use leeward::model::incident::Stage;
use leeward::model::name::IncidentId;

use crate::server::Server;

/// The token of every test; it must never be seen but in the header.
pub(crate) const CANARY: &str = "c4nary-t0ken-c4nary";
/// The branch of every proposal.
pub(crate) const HEAD: &str = "leeward/minio-a-1122/protect";

/// Returns a client with short deadlines for a port of this machine.
pub(crate) fn forge_at(kind: Kind, port: u16, deadlines: Deadlines) -> Forge {
    let path = if kind == Kind::GitLab { "g/s/r" } else { "o/r" };
    let url = format!("http://u:{CANARY}@127.0.0.1:{port}/{path}.git");
    let names = ["GH_ENTERPRISE_TOKEN", "GITLAB_TOKEN", "GITEA_TOKEN"];
    let environment = Environment::of(names.map(|name| (name, CANARY.to_owned())));
    let project = Project::detect(&url, Some(kind), &environment.surroundings()).unwrap();
    let token = Token::choose(&project, &environment).unwrap();
    Forge::connect(project, token, deadlines).unwrap()
}

/// Returns a client for a server.
pub(crate) fn forge(kind: Kind, server: &Server) -> Forge {
    forge_at(kind, server.port, Deadlines { run: Duration::from_secs(20), call: Duration::from_secs(5) })
}

/// Returns the mark of the one stage.
pub(crate) fn marker() -> Marker {
    Marker::new(&IncidentId::parse("minio-a-1122").unwrap(), Stage::Protect)
}

/// Returns the one proposal.
pub(crate) fn draft() -> Draft {
    Draft {
        title: "Fail over backups of pxc to minio-b".to_owned(),
        body: "## What happened\n\nminio-a is unreachable.".to_owned(),
        head: HEAD.to_owned(),
        base: "main".to_owned(),
        labels: vec!["leeward/protect".to_owned()],
        reviewers: Vec::new(),
        readiness: Readiness::Ready,
        pushed: Pushed::Now,
    }
}

/// Returns the parts of a preview.
pub(crate) fn parts(texts: &[&str]) -> Vec<String> {
    let of = texts.len();
    let part = |(at, text): (usize, &&str)| format!("<!-- leeward:preview part={} of={of} -->\n{text}", at + 1);
    texts.iter().enumerate().map(part).collect()
}

/// Returns context, fact and hint of an error, the port as `PORT`.
pub(crate) fn told(error: &anyhow::Error, port: u16) -> (String, String, Option<String>) {
    let failure = error.chain().find_map(|cause| cause.downcast_ref::<Failure>()).expect("a failure is the cause");
    let plain = |text: &str| text.replace(&format!("127.0.0.1:{port}"), "HOST:PORT");
    assert!(!format!("{error:?} {error:#} {failure:?}").contains(CANARY), "{error:?}");
    (plain(&error.to_string()), plain(&failure.fact), failure.hint.as_deref().map(plain))
}

/// Waits until something is so.
pub(crate) fn until(is_so: impl Fn() -> bool) {
    let end = std::time::Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(std::time::Instant::now() < end, "it never was so");
        std::thread::yield_now();
    }
}

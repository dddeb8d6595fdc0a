//! Logs of containers: whole ones, ends of long ones, and every way in which there is none.

use leeward::cluster::{LogRequest, Run};
use leeward::model::live::{Reason, Trouble};
use serde_json::json;

use crate::server::{Play, json};
use crate::setting::{Setting, healthy_but, status};

/// Where the log is.
const LOG: &str = "/api/v1/namespaces/pxc/pods/xb-1/log?container=xtrabackup";

/// Returns the log of a pod.
fn request(pod: &str) -> LogRequest {
    LogRequest {
        namespace: "pxc".to_owned(),
        pod: pod.to_owned(),
        container: "xtrabackup".to_owned(),
        run: Run::Current,
        tail_lines: None,
        limit_bytes: 100,
    }
}

/// Returns a log as an API server sends it.
fn text(log: &str) -> Play {
    Play::Answer(200, "text/plain", "", log.to_owned())
}

/// Returns what a server gives for the log.
fn read(play: Play) -> Result<String, Trouble> {
    let setting = Setting::of(healthy_but([(LOG, play)]));
    let log = setting.cluster().log(&request("xb-1")).map(|log| String::from_utf8(log).unwrap());
    log.map_err(|trouble| Trouble { fact: setting.plain(&trouble.fact), ..trouble })
}

#[test]
fn a_log_is_asked_for_as_it_is_wanted() {
    let whole = format!("{LOG}&previous=true&tailLines=7");
    let setting = Setting::of(healthy_but([(whole.as_str(), text("one\ntwo\n"))]));
    let wanted = LogRequest { run: Run::Previous, tail_lines: Some(7), ..request("xb-1") };
    assert_eq!(setting.cluster().log(&wanted), Ok(b"one\ntwo\n".to_vec()));
    let asked = setting.server.asked();
    assert_eq!(asked[0].line, format!("GET {whole}"));
    assert_eq!(asked[0].headers["accept"], "application/json, */*");
    assert_eq!(read(text("")), Ok(String::new()));
}

#[test]
fn of_a_log_that_is_too_long_the_end_is_kept() {
    let long = "0123456789".repeat(1_000_000);
    assert_eq!(read(text(&long)), Ok("0123456789".repeat(10)));
    let exact = "x".repeat(100);
    assert_eq!(read(text(&exact)), Ok(exact));
}

#[test]
fn every_way_in_which_there_is_no_log_is_told_apart() {
    let denied = "pods \"xb-1\" is forbidden: User \"dev\" cannot get resource \"pods/log\" in API group \"\" in the namespace \"pxc\"";
    let waits = "container \"xtrabackup\" in pod \"xb-1\" is waiting to start: CreateContainerConfigError";
    let node = "Get \"https://10.0.0.1:10250/containerLogs/pxc/xb-1/xtrabackup\": dial tcp 10.0.0.1:10250: connect: connection refused";
    let server = "`server` and `proxy-url` of the cluster in the kubeconfig";
    for (play, expected) in [
        (
            status(403, "Forbidden", denied, json!({})),
            Trouble::new(Reason::Forbidden, "user `dev` may not `get` `pods/log` in namespace `pxc`")
                .hint("grant verb `get` on `pods/log` in namespace `pxc`"),
        ),
        (
            status(400, "BadRequest", waits, json!({})),
            Trouble::new(Reason::Absent, format!("there is no log yet: {waits}")),
        ),
        (
            status(404, "NotFound", "pods \"xb-1\" not found", json!({"name": "xb-1", "kind": "pods"})),
            Trouble::new(Reason::Absent, "pod `pxc/xb-1` is gone"),
        ),
        (
            status(500, "InternalError", node, json!({})),
            Trouble::new(Reason::CannotTell, format!("the API server failed (500): {node}")),
        ),
        (
            Play::Answer(200, "text/html", "", "<html>log in</html>".to_owned()),
            Trouble::new(Reason::CannotTell, "the answer (200) is `text/html`, which no API server sends for this")
                .hint(server),
        ),
        (json(200, &json!({"a": 1})), Trouble::new(Reason::CannotTell, "the answer is JSON and no log")),
        (
            Play::Answer(404, "text/plain", "", "404 page not found\n".to_owned()),
            Trouble::new(Reason::CannotTell, "what answers 404 is no API server").hint(server),
        ),
        (Play::Stall, Trouble::new(Reason::TimedOut, "`SERVER` gave no whole answer in 3 s")),
    ] {
        assert_eq!(read(play.clone()), Err(expected), "{play:?}");
    }
}

#[test]
fn half_a_log_is_no_whole_one_and_is_not_asked_for_twice() {
    let half = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 100\r\n\r\nline 1\nline 2\n";
    let broken = Trouble::new(Reason::Unreachable, "the connection to `SERVER` broke before the answer was whole");
    assert_eq!(read(Play::Raw(half.to_owned())), Err(broken.clone()));
    let setting = Setting::of(healthy_but([
        (LOG, Play::Raw(half.to_owned())),
        ("/api/v1/namespaces/pxc/pods/xb-2/log?container=xtrabackup", text("whole\n")),
    ]));
    let mut taken = [String::new(), String::new()];
    let ends = setting.cluster().logs(&[request("xb-1"), request("xb-2")], &mut |number, block| {
        taken[number] += std::str::from_utf8(block).unwrap();
    });
    let ends: Vec<_> = ends
        .into_iter()
        .map(|end| end.map_err(|trouble| Trouble { fact: setting.plain(&trouble.fact), ..trouble }))
        .collect();
    assert_eq!(ends, [Err(broken), Ok(())]);
    assert_eq!(taken, ["line 1\nline 2\n", "whole\n"]);
    assert_eq!(setting.server.lines().len(), 2);
}

#[test]
fn a_log_of_which_nothing_came_is_asked_for_again() {
    let later = Play::Then(Box::new(Play::CutInHeaders), Box::new(text("here\n")));
    assert_eq!(read(later), Ok("here\n".to_owned()));
    let busy = Play::Answer(429, "application/json", "", "{}".to_owned());
    assert_eq!(read(Play::Then(Box::new(busy), Box::new(text("here\n")))), Ok("here\n".to_owned()));
}

//! What answers at the address of a storage without being one: who hangs up, a web page, what speaks no http. None of it is a
//! sound storage, none is proof of what only a storage could say, and none alone moves backups.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use serde_json::{Value, json};

use crate::diagnose_probe::{KEYS, plain, server, sound};
use crate::diagnose_storages::{one_line, origin, s3, world};
use crate::world::{Run, World};

/// Starts a server that hears a request and answers with these bytes; returns the place to probe.
fn raw(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/pxc-a/c1", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            // Who closes before the request is read resets the connection.
            drop(stream.read(&mut [0; 4096]));
            drop(stream.write_all(bytes));
        }
    });
    url
}

/// Probes a place and returns the answer.
fn probed(url: &str, more: &[&str]) -> (Run, Value) {
    let args = [&["diagnose", "--probe", url, "--format", "json"], more].concat();
    let run = World::empty().leeward_with(&args, &KEYS);
    let said = serde_json::from_str(&run.stdout).unwrap();
    (run, said)
}

#[test]
fn who_hangs_up_without_an_answer_is_a_storage_that_does_not_answer() {
    for bytes in [&b""[..], b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nshort"] {
        let (run, said) = probed(&raw(bytes), &[]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
        let want = ["EndpointUnreachable", "likely", "failover"];
        assert_eq!(["cause", "confidence", "calls_for"].map(|field| said[field].as_str().unwrap()), want, "{run:?}");
        assert_eq!(said["places"][0]["has_errors"], true, "{run:?}");
    }
}

#[test]
fn what_is_no_server_of_s3_proves_nothing_and_moves_nothing() {
    let page = |status| -> String { server(Box::new(move |_| plain(status, "<html>Please log in</html>"))).0 };
    for url in [page(404), page(200), page(405), raw(b"SSH-2.0-OpenSSH_9.6\r\n")] {
        let (run, said) = probed(&url, &["--write-probe"]);
        let want = ["EndpointUnreachable", "possible", "look-further"];
        assert_eq!(["cause", "confidence", "calls_for"].map(|field| said[field].as_str().unwrap()), want, "{run:?}");
        assert_eq!((&said["others"], &said["places"][0]["answers"]), (&json!([]), &json!(false)), "{run:?}");
        assert_eq!(said["next"], "kubectl logs --all-containers --prefix POD | leeward diagnose --log -");
        assert!(!said["places"][0]["summary"].as_str().unwrap().contains("write"), "{run:?}");
    }
    // Without a key too it is not taken for a storage that nobody may look at.
    let run = World::empty().leeward(&["diagnose", "--probe", &page(404)]);
    assert!(run.stdout.starts_with("EndpointUnreachable: the storage does not answer (possible)\n"), "{run:?}");
    assert!(one_line(&run.stdout).contains("connection ok; what answers is no server of S3; "), "{run:?}");
}

#[test]
fn one_word_of_s3_makes_a_server_of_s3() {
    let (url, _) = server(Box::new(|request: &str| match request {
        _ if request.contains("/minio/") => plain(404, "404 page not found"),
        _ if request.starts_with("HEAD") => plain(404, ""),
        _ => plain(404, "<Error><Code>NoSuchBucket</Code><Message>m</Message></Error>"),
    }));
    let (run, said) = probed(&url, &[]);
    assert_eq!(
        ["cause", "confidence"].map(|field| said[field].as_str().unwrap()),
        ["BucketMissing", "certain"],
        "{run:?}"
    );
}

#[test]
fn a_marker_that_comes_back_otherwise_is_said() {
    for (body, said) in [
        ("corrupt!", "8 bytes instead of 1048576, the first 0 of them the same"),
        ("Written by", "10 bytes instead of 1048576, the first 10 of them the same"),
    ] {
        let (url, asked) = server(Box::new(move |request: &str| match request {
            _ if request.starts_with("GET") && request.contains("/leeward-probe-") => plain(200, body),
            _ => sound(request),
        }));
        let run = World::empty().leeward_with(&["diagnose", "--probe", &url, "--write-probe"], &KEYS);
        assert!(
            run.stdout.starts_with("S3Dialect: ") && run.stdout.lines().next().unwrap().ends_with(" (likely)"),
            "{run:?}"
        );
        assert!(one_line(&run.stdout).contains(&format!("what was read is not what was written: {said}")), "{run:?}");
        assert!(asked.lock().unwrap().iter().any(|line| line.starts_with("DELETE ")), "{run:?}");
    }
}

#[test]
fn a_storage_that_is_a_web_page_is_no_target() {
    let (page, _) = server(Box::new(|_| plain(404, "<html>default backend</html>")));
    let (dead, _) = server(Box::new(|_| plain(502, "<html>Bad Gateway</html>")));
    let world = world(&json!({"minio-a": s3(origin(&dead), "a"), "minio-b": s3(origin(&page), "b")}));
    let run = world.leeward(&["diagnose", "--cluster", "db"]);
    assert!(run.stdout.ends_with("next  leeward plan --cluster pxc/db --storage minio-a --to TARGET\n"), "{run:?}");
}

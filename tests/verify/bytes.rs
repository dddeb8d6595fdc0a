//! The last check: the storage itself is asked for the bytes, with keys that are never shown.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::scene::{BACKUP, Scene};

/// An S3 server that answers every list with a body, and keeps what it was asked.
struct Storage {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Storage {
    /// Starts a server that answers so.
    fn start(code: u16, body: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
                seen.lock().unwrap().push(lines.next().unwrap_or_default());
                lines.take_while(|line| !line.is_empty()).for_each(drop);
                let head = format!("HTTP/1.1 {code} X\r\ncontent-type: application/xml\r\nconnection: close\r\n");
                drop(write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len()));
            }
        });
        Self { port, asked }
    }
}

/// Returns a list of objects below the backup's name.
fn listed(objects: &[(&str, u64)]) -> String {
    let path = "clusters/prod-a/pxc/cluster1/daily/cluster1-2026-11-22-10:00:00-full";
    let object = |(end, size): &(&str, u64)| format!("<Contents><Key>{path}{end}</Key><Size>{size}</Size></Contents>");
    let objects = objects.iter().map(object).collect::<Vec<_>>().concat();
    format!("<ListBucketResult><IsTruncated>false</IsTruncated>{objects}</ListBucketResult>")
}

/// Returns the scene with a backup that succeeded on a storage.
fn succeeded(storage: &Storage) -> Scene {
    let url = format!("http://127.0.0.1:{}", storage.port);
    let scene = Scene::of(|world| {
        world.replace("leeward.yaml", "https://minio.b.example:9000", &url);
        world.commit("a storage that answers");
    });
    scene.merge_and_apply();
    scene.verify(&["--test-backup", "--timeout", "0"]);
    scene.api.change(BACKUP, |backup| {
        backup["status"] = json!({"state": "Succeeded", "completed": "2026-11-22T10:04:12Z",
            "destination": "s3://pxc-dr/clusters/prod-a/pxc/cluster1/daily/cluster1-2026-11-22-10:00:00-full",
            "s3": {"bucket": "pxc-dr/clusters/prod-a/pxc/cluster1/daily", "endpointUrl": url}});
    });
    scene
}

/// Returns the exit code, and outcome and fact of the check.
fn objects(scene: &Scene, more: &[&str]) -> (i32, String, String) {
    let run = scene.verify(&[&["--timeout", "0", "--format", "json"], more].concat());
    let answer: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    assert!(!format!("{run:?}").contains("sesame"), "{run:?}");
    let found = answer["checks"].as_array().unwrap().iter().find(|check| check["name"] == "objects").cloned();
    let found = found.unwrap_or_else(|| panic!("no objects: {answer:#}"));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (run.code, text(&found["outcome"]), text(&found["fact"]))
}

/// Puts the keys where a test reads them from a file.
fn with_keys(scene: &Scene) {
    let keys = "AWS_ACCESS_KEY_ID=sesame-key\nAWS_SECRET_ACCESS_KEY=sesame-secret\n";
    std::fs::write(scene.world.top().join("keys"), keys).unwrap();
}

#[test]
fn bytes_that_are_there_end_a_run_with_everything_passed() {
    let storage = Storage::start(
        200,
        listed(&[("/ibdata1.00000000000000000000", 70_000), (".sst_info/s", 200), (".md5", 30_000)]),
    );
    let scene = succeeded(&storage);
    with_keys(&scene);
    let fact = "2 objects, 68.5 KiB, `.md5` there".to_owned();
    assert_eq!(objects(&scene, &["--credentials", "../keys"]), (0, "passed".to_owned(), fact));
    let asked = storage.asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 1);
    let prefix = "prefix=clusters%2Fprod-a%2Fpxc%2Fcluster1%2Fdaily%2Fcluster1-2026-11-22-10%3A00%3A00-full";
    assert!(asked[0].starts_with("GET /pxc-dr/?") && asked[0].contains(prefix), "{asked:?}");
}

#[test]
fn the_secret_of_the_cluster_gives_the_keys_where_it_may_be_read() {
    let storage = Storage::start(200, listed(&[("/ibdata1.0", 70_000), (".md5", 30_000)]));
    let scene = succeeded(&storage);
    scene.api.put(
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "minio-b-credentials", "namespace": "pxc-a"},
        "data": {"AWS_ACCESS_KEY_ID": "c2VzYW1lLWtleQ==", "AWS_SECRET_ACCESS_KEY": "c2VzYW1lLXNlY3JldA=="}}),
    );
    assert_eq!(objects(&scene, &["--secrets", "values"]).0, 0);
    assert_eq!(objects(&scene, &["--secrets", "metadata"]).1, "cannot-tell");
}

#[test]
fn a_backup_without_bytes_or_a_key_that_may_not_list_is_no_proof() {
    for (code, body, exit, outcome, fact) in [
        (200, listed(&[]), 1, "failed", "nothing lies where it says"),
        (
            200,
            listed(&[("/ibdata1.0", 70_000)]),
            1,
            "failed",
            "1 object, 68.3 KiB, and no `.md5`, which a backup writes last",
        ),
        (
            403,
            "<Error><Code>AccessDenied</Code><Message>sesame</Message></Error>".to_owned(),
            4,
            "cannot-tell",
            "what lies there was not read: the storage refuses to list (403 AccessDenied)",
        ),
        (200, "<html>".to_owned(), 4, "cannot-tell", "what lies there was not read: the answer is no list of a bucket"),
    ] {
        let scene = succeeded(&Storage::start(code, body));
        with_keys(&scene);
        assert_eq!(objects(&scene, &["--credentials", "../keys"]), (exit, outcome.to_owned(), fact.to_owned()));
    }
}

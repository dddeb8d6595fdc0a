//! `diagnose --cluster` by Git alone: every storage of the cluster is asked with its own settings, the failed one is told
//! apart from the others, and nothing is written unless asked for.

use serde_json::{Value, json};

use crate::diagnose_probe::{Answer, KEYS, plain, server, sound};
use crate::world::World;

/// Returns the settings of an S3 storage.
pub(crate) fn s3(endpoint: &str, secret: &str) -> Value {
    json!({"type": "s3", "s3": {"bucket": "pxc/c1", "endpointUrl": endpoint, "credentialsSecret": secret}})
}

/// Returns the server of a URL with a bucket.
pub(crate) fn origin(url: &str) -> &str {
    url.strip_suffix("/pxc-a/c1").unwrap()
}

/// The address of a server that is not there.
pub(crate) const NOBODY: &str = "http://127.0.0.1:1";

/// Returns a repository with one cluster of these storages, whose schedule writes to the first.
pub(crate) fn world(storages: &Value) -> World {
    let world = World::empty();
    let first = storages.as_object().unwrap().keys().next().unwrap();
    let cluster = json!({
        "apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBCluster", "metadata": {"name": "db", "namespace": "pxc"},
        "spec": {"crVersion": "1.20.0", "backup": {
            "storages": storages,
            "schedule": [{"name": "daily", "schedule": "0 3 * * *", "storageName": first}],
        }},
    });
    world.write("pxc/cluster.yaml", &cluster.to_string());
    world.write("pxc/kustomization.yaml", "resources: [cluster.yaml]\n");
    world.commit("first");
    world
}

/// Returns a text on one line.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_storage_that_failed_leads_and_one_that_answers_is_where_to() {
    let (url, asked) = server(Box::new(sound));
    let world =
        world(&json!({"minio-a": s3(NOBODY, "a"), "minio-b": s3(origin(&url), "b"), "local": {"type": "filesystem"}}));
    let run = world.leeward_with(&["diagnose", "--cluster", "db", "--credentials", "minio-b=keys.env"], &[]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(
        run.stderr.contains("failed to read credentials `keys.env`") && run.stderr.contains("no such file"),
        "{run:?}"
    );
    world.write("keys.env", "AWS_ACCESS_KEY_ID=sesame-key\nAWS_SECRET_ACCESS_KEY=sesame-secret\n");
    let run = world.leeward(&["diagnose", "--cluster", "db", "--credentials", "minio-b=keys.env", "--save", "bundle"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    assert!(run.stdout.starts_with("EndpointUnreachable: the storage does not answer (likely)\n"), "{run:?}");
    let said = one_line(&run.stdout);
    for part in [
        "from here `local`: not asked: a storage of type `filesystem`",
        "`minio-a`: EndpointUnreachable: name ok (127.0.0.1); connection refused, 3 times, so nothing more was asked",
        "`minio-b`: nothing wrong: name ok (127.0.0.1); connection ok; MinIO ok; bucket ok; list ok; clock +0 s; keys of file `keys.env`; no write tried;",
        "next leeward plan --cluster pxc/db --storage minio-a --to minio-b",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    let asked = asked.lock().unwrap();
    assert!(asked.iter().all(|line| line.starts_with("GET ") || line.starts_with("HEAD ")), "{asked:?}");
    assert!(asked.iter().any(|line| line.contains("/pxc/?") && line.contains("prefix=c1%2F")), "{asked:?}");
    assert!(!run.stdout.contains("sesame"), "{run:?}");
    assert_eq!(world.leeward(&["diagnose", "--evidence", "bundle"]), run);
    let bundled: String = ["01", "02", "03"].map(|name| world.read(&format!("bundle/logs/{name}.log"))).concat();
    assert!(bundled.contains("probe: summary") && !bundled.contains("sesame"), "{bundled}");
}

#[test]
fn keys_that_name_no_storage_are_for_the_one_that_failed() {
    let refuse = |request: &str| match request {
        _ if !request.contains(" Authorization") => sound(request),
        _ => (403, "x-minio-error-code: SignatureDoesNotMatch\r\n".to_owned(), String::new()),
    };
    let ((a, asked_a), (b, asked_b)) = (server(Box::new(refuse)), server(Box::new(sound)));
    let world = world(&json!({"minio-a": s3(origin(&a), "a"), "minio-b": s3(origin(&b), "b")}));
    let run = world.leeward_with(&["diagnose", "--cluster", "pxc/db", "--storage", "minio-a"], &KEYS);
    assert!(run.stdout.starts_with("SecretKeyWrong: "), "{run:?}");
    let next = "next  leeward diagnose --cluster pxc/db --storage minio-a --credentials FILE\n";
    assert!(run.stdout.ends_with(next), "{run:?}");
    let signed = |lines: &[String]| lines.iter().filter(|line| line.contains(" Authorization")).count();
    assert_eq!((signed(&asked_a.lock().unwrap()), signed(&asked_b.lock().unwrap())), (2, 0));
    // Whose keys they are is not known.
    let run = world.leeward_with(&["diagnose", "--cluster", "pxc/db"], &KEYS);
    assert_eq!((run.code, signed(&asked_a.lock().unwrap())), (4, 2), "{run:?}");
    assert!(run.stdout.contains("no right tried"), "{run:?}");
}

#[test]
fn settings_that_mean_something_else_are_the_cause() {
    let world = world(&json!({"minio-a": s3("minio.a.example:9000", "a")}));
    let run = world.leeward(&["diagnose", "--cluster", "db", "--format", "json"]);
    let said: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((run.code, &said["cause"], &said["confidence"]), (0, &json!("ClusterWiring"), &json!("certain")));
    let line = "probe: setting `endpointUrl` `minio.a.example:9000` has no scheme: the operator would speak plain http";
    assert_eq!(said["evidence"][0]["text"], line);
    assert_eq!(said["places"][0]["summary"], "not asked: its settings are wrong");
    let bundle = json!({"type": "s3", "s3": {
        "bucket": "pxc", "endpointUrl": NOBODY.replace("http:", "https:"), "caBundle": {"name": "ca", "key": "ca.crt"},
    }});
    let run = self::world(&json!({"minio-a": bundle})).leeward_with(&["diagnose", "--cluster", "db"], &KEYS);
    assert!(run.stdout.starts_with("EndpointUnreachable: "), "{run:?}");
}

#[test]
fn nothing_is_written_unless_asked_and_what_stays_is_named() {
    let keeps = |request: &str| -> Answer {
        match request {
            _ if request.starts_with("PUT") => plain(200, ""),
            _ if request.starts_with("DELETE") => {
                plain(403, "<Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>")
            }
            _ => sound(request),
        }
    };
    let (url, asked) = server(Box::new(keeps));
    let world = world(&json!({"minio-a": s3(origin(&url), "a")}));
    let run = world.leeward_with(&["diagnose", "--cluster", "db", "--write-probe"], &KEYS);
    assert!(run.stdout.starts_with("AccessDenied: "), "{run:?}");
    let asked: Vec<String> =
        asked.lock().unwrap().iter().filter(|line| line.contains("/leeward-probe-")).cloned().collect();
    let methods: Vec<&str> = asked.iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(methods, ["PUT", "GET", "DELETE"], "{asked:?}");
    let key = asked[0].split(['?', ' ']).nth(1).unwrap().strip_prefix("/pxc/").unwrap();
    assert!(key.starts_with("c1/leeward-probe-"), "{key}");
    let said = one_line(&run.stdout);
    assert!(said.contains("DeleteObject"), "{said}");
    assert!(said.contains(&format!("the marker `{key}` is left behind")), "{said}");
    let (url, asked) = server(Box::new(|request: &str| match request {
        _ if request.starts_with("PUT") => plain(
            507,
            "<Error><Code>XMinioStorageFull</Code><Message>Storage backend has reached its minimum free drive threshold.</Message></Error>",
        ),
        _ => sound(request),
    }));
    let run = self::world(&json!({"minio-a": s3(origin(&url), "a")}))
        .leeward_with(&["diagnose", "--cluster", "db", "--write-probe"], &KEYS);
    assert!(run.stdout.starts_with("StorageFull: "), "{run:?}");
    assert!(asked.lock().unwrap().iter().all(|line| !line.starts_with("DELETE")), "nothing was there to remove");
}

#[test]
fn what_cannot_be_asked_is_said() {
    let world = world(&json!({"minio-a": s3(NOBODY, "a")}));
    for (args, code, says) in [
        (
            &["--cluster", "nobody"][..],
            3,
            "error: no cluster `nobody`: there are `pxc:pxc/db`\nhint: --cluster pxc:pxc/db\n",
        ),
        (
            &["--cluster", "db", "--storage", "x"],
            2,
            "error: the cluster has no storage `x`, it lists `minio-a`\nhint: --storage NAME\n",
        ),
        (
            &["--cluster", "db", "--credentials", "x=y"],
            2,
            "error: `--credentials` names storage `x`, it lists `minio-a`\nhint: --credentials STORAGE=FILE\n",
        ),
        (
            &["--cluster", "db", "--no-probe"],
            2,
            "error: there is nothing to look at\nhint: leeward diagnose --log FILE\n",
        ),
        (&["--cluster", "db", "--base", "nowhere"], 3, ""),
    ] {
        let run = world.leeward(&[&["diagnose"], args].concat());
        assert_eq!((run.code, run.stdout.as_str()), (code, ""), "{run:?}");
        assert!(run.stderr.starts_with(says), "{run:?}");
    }
    let run = world.leeward(&["diagnose", "--log", "x", "--write-probe"]);
    assert!(run.code == 2 && run.stderr.contains("the argument '--write-probe' needs '--probe'"), "{run:?}");
}

//! `diagnose --probe` against a scripted S3 server on loopback: every answer becomes its cause, nothing holds the run longer
//! than the deadline, no key goes anywhere but into the signature.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::world::{NOW, Run, World};

/// The server's clock where it is right: that of the runs.
const DATE: &str = "Sun, 22 Nov 2026 10:00:00 GMT";
/// The keys of every probe.
pub(crate) const KEYS: [(&str, &str); 2] =
    [("AWS_ACCESS_KEY_ID", "sesame-key"), ("AWS_SECRET_ACCESS_KEY", "sesame-secret")];
/// A list of a bucket.
const LIST: &str = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";

/// The body that stands for what was written last.
pub(crate) const WRITTEN: &str = "what was written";

/// An answer: status, header lines, body; no status is silence.
pub(crate) type Answer = (u16, String, String);

/// What a server does: from method, path and query to the answer.
pub(crate) type Mind = Box<dyn Fn(&str) -> Answer + Send + Sync>;

/// Starts a server; returns the place to probe and the request lines as they come.
pub(crate) fn server(mind: Mind) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/pxc-a/c1", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (seen, mind, written) = (Arc::clone(&asked), Arc::new(mind), Arc::new(Mutex::new(Vec::new())));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (seen, mind, written) = (Arc::clone(&seen), Arc::clone(&mind), Arc::clone(&written));
            std::thread::spawn(move || answer(&stream, &mind, &seen, &written));
        }
    });
    (url, asked)
}

/// Answers the first request of a connection.
fn answer(stream: &TcpStream, mind: &Mind, seen: &Mutex<Vec<String>>, written: &Mutex<Vec<u8>>) {
    let mut reader = BufReader::new(stream);
    let mut lines = reader.by_ref().lines().map_while(Result::ok);
    let Some(first) = lines.next() else { return };
    let headers: Vec<String> =
        lines.take_while(|line| !line.is_empty()).map(|line| line.to_ascii_lowercase()).collect();
    let length = headers.iter().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    // Who closes before the body is read cuts it off.
    let mut taken = Vec::new();
    if reader.take(length.unwrap_or(0)).read_to_end(&mut taken).is_err() {
        return;
    }
    let is_signed = headers.iter().any(|line| line.starts_with("authorization: aws4-hmac-sha256 "));
    let request = format!("{}{}", first.rsplit_once(' ').unwrap().0, if is_signed { " Authorization" } else { "" });
    seen.lock().unwrap().push(request.clone());
    let (status, headers, body) = mind(&request);
    if status == 0 {
        std::thread::park();
    }
    if first.starts_with("PUT") {
        *written.lock().unwrap() = taken;
    }
    let body = if body == WRITTEN { written.lock().unwrap().clone() } else { body.into_bytes() };
    let length =
        if request.starts_with("HEAD") { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    let body = if request.starts_with("HEAD") { Vec::new() } else { body };
    let head = format!("HTTP/1.1 {status} X\r\nDate: {DATE}\r\nConnection: close\r\n{length}{headers}\r\n");
    // A probe that is over does not wait for the rest.
    drop((&*stream).write_all(&[head.into_bytes(), body].concat()));
}

/// Returns an answer without headers of its own.
pub(crate) fn plain(status: u16, body: &str) -> Answer {
    (status, String::new(), body.to_owned())
}

/// Returns what a sound server answers.
pub(crate) fn sound(request: &str) -> Answer {
    match request {
        _ if request.contains("/minio/health/") => plain(200, ""),
        _ if request.starts_with("GET") && request.contains("/leeward-probe-") => plain(200, WRITTEN),
        _ if request.starts_with("GET") => plain(200, LIST),
        _ if request.contains(" Authorization") => plain(200, ""),
        _ => plain(403, ""),
    }
}

/// Probes a server.
fn probed(url: &str, more: &[&str]) -> Run {
    let args = [&["diagnose", "--probe", url], more].concat();
    World::empty().leeward_with(&args, &KEYS)
}

/// Returns the cause that a server's answers are taken for, and the operations.
fn cause(mind: Mind) -> String {
    let run = probed(&server(mind).0, &["--format", "json"]);
    assert!(!run.stdout.contains("sesame") && !run.stderr.contains("sesame"), "{run:?}");
    let said: Value = serde_json::from_str(&run.stdout).unwrap();
    said["cause"].as_str().unwrap().to_owned()
}

#[test]
fn a_sound_place_is_healthy_and_only_read() {
    let (url, asked) = server(Box::new(sound));
    let run = probed(&url, &[]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    assert!(
        run.stdout.starts_with("Healthy: nothing in the evidence speaks against the next backup (possible)\n"),
        "{run:?}"
    );
    let mut asked: Vec<String> = asked.lock().unwrap().clone();
    asked.retain(|line| !line.is_empty());
    assert_eq!(asked.len(), 5, "{asked:?}");
    assert!(asked.iter().all(|line| line.starts_with("GET ") || line.starts_with("HEAD ")), "{asked:?}");
    assert!(asked.iter().all(|line| !line.contains("sesame-secret")), "{asked:?}");
    assert!(asked.iter().any(|line| line.contains("prefix=c1%2F") && line.contains("max-keys=1")), "{asked:?}");
}

#[test]
fn every_refusal_becomes_its_cause() {
    for (code, status, message, meant) in [
        (
            "InvalidAccessKeyId",
            403,
            "The Access Key Id you provided does not exist in our records.",
            "AccessKeyUnknown",
        ),
        ("InvalidAccessKeyId", 403, "Your account is disabled; please contact your administrator.", "AccessKeyUnknown"),
        ("SignatureDoesNotMatch", 403, "The request signature we calculated does not match", "SecretKeyWrong"),
        ("AccessDenied", 403, "Access Denied.", "AccessDenied"),
        ("InvalidTokenId", 403, "The security token included in the request is invalid", "TokenExpired"),
        ("NoSuchBucket", 404, "The specified bucket does not exist", "BucketMissing"),
        (
            "RequestTimeTooSkewed",
            403,
            "The difference between the request time and the server's time is too large.",
            "ClockSkew",
        ),
        (
            "AuthorizationHeaderMalformed",
            400,
            "The authorization header is malformed; the region is wrong; expecting 'x'.",
            "RegionMismatch",
        ),
        ("SlowDownRead", 503, "Resource requested is unreadable, please reduce your request rate", "QuorumLost"),
        ("XMinioServerNotInitialized", 503, "Server not initialized yet, please try again.", "ServerStarting"),
        ("SlowDown", 503, "Please reduce your request rate.", "Throttled"),
    ] {
        let refuse = move |request: &str| match request {
            _ if !request.contains(" Authorization") => sound(request),
            _ if request.starts_with("HEAD") => {
                (status, format!("x-minio-error-code: {code}\r\nx-minio-error-desc: \"{message}\"\r\n"), String::new())
            }
            _ => plain(
                status,
                &format!(
                    "<Error><Code>{code}</Code><Message>{message}</Message><AWSAccessKeyId>sesame-key</AWSAccessKeyId></Error>"
                ),
            ),
        };
        assert_eq!(cause(Box::new(refuse)), meant, "{code}: {message}");
    }
}

#[test]
fn health_clock_and_strange_servers_are_read_too() {
    let at = |path: &'static str, answer: Answer| -> Mind {
        Box::new(move |request| if request.contains(path) { answer.clone() } else { sound(request) })
    };
    assert_eq!(cause(at("/health/cluster", plain(503, ""))), "QuorumLost");
    let offline = (503, "x-minio-server-status: offline\r\n".to_owned(), String::new());
    assert_eq!(cause(at("/health/live", offline)), "ServerStarting");
    assert_eq!(cause(at("list-type=2", plain(200, "<ListBucketResult/>"))), "S3Dialect");
    assert_eq!(cause(Box::new(|_| plain(502, "<html>Bad Gateway</html>"))), "EndpointUnreachable");
    assert_eq!(cause(Box::new(|_| plain(400, "Client sent an HTTP request to an HTTPS server.\n"))), "TlsPlainHttp");
    let other = Box::new(|request: &str| if request.contains("/minio/") { plain(403, "") } else { sound(request) });
    assert_eq!(cause(other), "Healthy");
    let world = World::empty();
    let (url, _) = server(Box::new(sound));
    let late = [KEYS[0], KEYS[1], ("LEEWARD_NOW", "2026-11-22T09:40:00Z")];
    // A signature that was taken says more than a header; nobody's does not.
    let run = world.leeward_with(&["diagnose", "--probe", &url], &late);
    assert!(run.stdout.starts_with("Healthy: "), "{run:?}");
    let words = |run: &Run| run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words(&run).contains("clock +1200 s, signatures taken all the same; "), "{run:?}");
    let note =
        "note the server's clock is 1200 s ahead of this machine's, and it takes signatures of this time all the same";
    assert!(words(&run).contains(note), "{run:?}");
    let run = world.leeward_with(&["diagnose", "--probe", &url], &late[2..]);
    assert!(
        run.stdout.starts_with("ClockSkew: the clocks of client and storage are too far apart (likely)\n"),
        "{run:?}"
    );
    assert_eq!(NOW, "2026-11-22T10:00:00Z");
}

#[test]
fn nobody_there_and_nobody_answering_end_in_time() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let run = probed(&format!("http://{free}/pxc-a"), &[]);
    assert!(
        run.code == 0 && run.stdout.starts_with("EndpointUnreachable: the storage does not answer (likely)\n"),
        "{run:?}"
    );
    let started = Instant::now();
    let run = probed(&server(Box::new(|_| plain(0, ""))).0, &["--timeout", "1"]);
    assert!(run.stdout.starts_with("EndpointUnreachable: "), "{run:?}");
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    let run = probed("https://no-such-host.invalid/pxc-a", &[]);
    assert!(run.stdout.starts_with("DnsFailure: "), "{run:?}");
}

#[test]
fn two_vantage_points_are_kept_apart() {
    let world = World::empty();
    world.write("pod.log", "Connect timeout on endpoint URL: \"http://minio/pxc-a\"\n");
    let (url, _) = server(Box::new(sound));
    let run = world.leeward_with(&["diagnose", "--log", "pod.log", "--probe", &url, "--save", "bundle"], &KEYS);
    assert!(run.code == 0 && run.stdout.starts_with("EndpointUnreachable: "), "{run:?}");
    let but = "  but       the logs say EndpointUnreachable, which did not happen to the probe from here: it has healed since, \
               or only the cluster has it\n  from here nothing wrong: name ok (127.0.0.1); connection ok; MinIO ok; ";
    assert!(run.stdout.replace("\n            ", " ").contains(but), "{run:?}");
    assert!(run.stdout.starts_with("EndpointUnreachable: the storage does not answer (likely)\n"), "{run:?}");
    assert!(
        run.stdout.ends_with("next  kubectl logs --all-containers --prefix POD | leeward diagnose --log -\n"),
        "{run:?}"
    );
    assert_eq!(world.leeward(&["diagnose", "--evidence", "bundle"]), run);
    world.write("pod.log", "(InvalidAccessKeyId)\n");
    let run = world.leeward(&["diagnose", "--log", "pod.log", "--probe", "http://127.0.0.1:1/pxc-a"]);
    assert!(
        run.stdout.replace("\n            ", " ").contains(
            "the logs say AccessKeyUnknown, the probe from here says EndpointUnreachable: one came after the other"
        ),
        "{run:?}"
    );
}

#[test]
fn a_probe_without_a_key_or_a_place_says_so() {
    let world = World::empty();
    let (url, _) = server(Box::new(sound));
    let run = world.leeward(&["diagnose", "--probe", &url]);
    assert_eq!(run.code, 4, "{run:?}");
    let run = world.leeward(&["diagnose", "--probe", "minio:9000/pxc-a"]);
    let said = "error: the place to probe has no scheme: the operator would speak plain http\nhint: --probe https://HOST:PORT/BUCKET\n";
    assert_eq!((run.code, run.stderr.as_str()), (3, said));
    let run = world.leeward(&["diagnose", "--log", "x", "--region", "r"]);
    assert!(run.code == 2 && run.stderr.contains("the argument '--region' needs '--probe'"), "{run:?}");
}

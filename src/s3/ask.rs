//! The requests of a probe, all at once: health, the bucket without and with the key, a list of one object. Redirects are
//! not followed and no proxy is used: the pods of a backup have neither.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use jiff::Timestamp;
use reqwest::{Certificate, Client, Method, Url};
use rusty_s3::actions::{GetObject, HeadBucket, S3Action as _};
use rusty_s3::{Bucket, Credentials, UrlStyle};
use secrecy::ExposeSecret as _;

use super::reach::left;
use super::said::{Said, Step};
use super::{Keys, Place, Trust};
use crate::failure::{Failure, outside, refused};

/// How long a signature is good for.
const SIGNED_FOR: Duration = Duration::from_mins(5);
/// How much of a body is read.
const BODY_MAX: usize = 64 << 10;

/// One request.
struct Request {
    /// What it is about.
    step: Step,
    /// Its method.
    method: Method,
    /// Its address, signature included.
    url: Url,
}

/// Asks everything at once, and returns what was said, as lines.
pub(super) fn ask(place: &Place, keys: Option<&Keys>, end: Instant, now: Timestamp) -> Result<Vec<String>, Failure> {
    let client = client(place)?;
    let requests = requests(place, keys, now)?;
    let no_runtime = |error| outside(format!("no runtime for the probe: {error}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(no_runtime)?;
    let said = runtime.block_on(join_all(requests.into_iter().map(|request| one(&client, request, end))));
    // A resolver that hangs must not hold the answer.
    runtime.shutdown_background();
    let mut lines: Vec<String> = said.iter().map(|said| said.line(place)).collect();
    lines.extend(said.iter().find_map(|said| said.skew(now)));
    let is_fine = keys.is_some() && said.iter().all(Said::is_fine) && said.iter().all(|said| said.skew(now).is_none());
    lines.extend(is_fine.then(|| "probe: every step was answered as it should be; no write was tried".to_owned()));
    lines.extend(keys.is_none().then(|| "probe: no key was given, so no right was tried".to_owned()));
    Ok(lines)
}

/// Returns the client for a place.
fn client(place: &Place) -> Result<Client, Failure> {
    let builder = Client::builder()
        .user_agent(concat!("leeward/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy();
    let builder = match &place.trust {
        // What is not encrypted needs no certificates.
        _ if place.endpoint.url().starts_with("http://") => builder.tls_certs_only([]),
        Trust::Machine => builder,
        Trust::Any => builder.tls_danger_accept_invalid_certs(true),
        Trust::Bundle(pem) => {
            let none = || refused("the CA bundle holds no certificate in PEM").hint("--ca-file FILE");
            let certificates = Certificate::from_pem_bundle(pem).map_err(|_| none())?;
            if certificates.is_empty() {
                return Err(none());
            }
            builder.tls_certs_only(certificates)
        }
    };
    builder.build().map_err(|_| {
        outside("no certificates of authorities are on this machine, so no server can be trusted")
            .hint("--ca-file FILE")
    })
}

/// Returns the requests of a probe.
fn requests(place: &Place, keys: Option<&Keys>, now: Timestamp) -> Result<Vec<Request>, Failure> {
    let unusable = |what: &str| refused(format!("`{}` is no {what} that can be asked", place.endpoint.url()));
    let base = Url::parse(place.endpoint.url()).map_err(|_| unusable("endpoint"))?;
    let health = |path: &str| base.join(path).map_err(|_| unusable("endpoint"));
    let bucket = Bucket::new(base.clone(), UrlStyle::Path, place.bucket.clone(), place.region.clone())
        .map_err(|_| unusable("endpoint"))?;
    let get = |step, url| Request { step, method: Method::GET, url };
    let head = |step, url| Request { step, method: Method::HEAD, url };
    let mut requests = vec![
        get(Step::Live, health("/minio/health/live")?),
        get(Step::Cluster, health("/minio/health/cluster")?),
        head(Step::Unsigned, HeadBucket::new(&bucket, None).sign_with_time(SIGNED_FOR, &now)),
    ];
    if let Some(keys) = keys {
        let credentials = credentials(keys);
        requests.push(head(Step::Head, HeadBucket::new(&bucket, Some(&credentials)).sign_with_time(SIGNED_FOR, &now)));
        // A bucket's own address with a query is its list.
        let mut list = GetObject::new(&bucket, Some(&credentials), "");
        let prefix = if place.prefix.is_empty() { String::new() } else { format!("{}/", place.prefix) };
        for (name, value) in [("list-type", "2".to_owned()), ("max-keys", "1".to_owned()), ("prefix", prefix)] {
            list.query_mut().insert(name, value);
        }
        requests.push(get(Step::List, list.sign_with_time(SIGNED_FOR, &now)));
    }
    Ok(requests)
}

/// Returns the keys as the signer takes them.
fn credentials(keys: &Keys) -> Credentials {
    let (access, secret) = (keys.access.expose_secret(), keys.secret.expose_secret());
    match &keys.token {
        Some(token) => Credentials::new_with_token(access, secret, token.expose_secret()),
        None => Credentials::new(access, secret),
    }
}

/// Sends a request and returns what was said, or why nothing was.
async fn one(client: &Client, request: Request, end: Instant) -> Said {
    let Request { step, method, url } = request;
    let asked = async {
        let mut response = client.request(method, url).send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(part) = response.chunk().await? {
            body.extend_from_slice(&part[..part.len().min(BODY_MAX - body.len())]);
            if body.len() >= BODY_MAX {
                break;
            }
        }
        Ok::<_, reqwest::Error>(Said::answered(step, status, &headers, &body))
    };
    match tokio::time::timeout(left(end), asked).await {
        Ok(Ok(said)) => said,
        // The address holds the key and the signature.
        Ok(Err(error)) => Said::broken(step, &error.without_url()),
        Err(_) => Said::late(step),
    }
}

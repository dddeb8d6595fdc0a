//! The requests of a probe, signed: health, the bucket without and with the key, a list of one object, the marker. Path style
//! or the bucket's own host, as the place says.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::{Method, Url};
use rusty_s3::actions::{DeleteObject, GetObject, HeadBucket, PutObject, S3Action};
use rusty_s3::{Bucket, Credentials, UrlStyle};
use secrecy::ExposeSecret as _;

use super::said::Step;
use super::{Keys, Place, Style};
use crate::failure::{Failure, refused};

/// How long a signature is good for.
const SIGNED_FOR: Duration = Duration::from_mins(5);

/// One request.
pub(super) struct Request {
    /// What it is about.
    pub(super) step: Step,
    /// Its method.
    pub(super) method: Method,
    /// Its address, signature included.
    pub(super) url: Url,
    /// What is sent with it.
    pub(super) body: Vec<u8>,
}

/// What signs requests for one bucket.
pub(super) struct Signer {
    /// The server.
    base: Url,
    /// The bucket.
    bucket: Bucket,
    /// What lies before every key, with its slash.
    prefix: String,
    /// The keys.
    credentials: Option<Credentials>,
    /// The time of the signatures.
    now: Timestamp,
}

impl Signer {
    /// Returns what signs for a place.
    ///
    /// # Errors
    /// Refuses an endpoint that no request can be sent to.
    pub(super) fn new(place: &Place, keys: Option<&Keys>, now: Timestamp) -> Result<Self, Failure> {
        let unusable = || refused(format!("`{}` is no endpoint that can be asked", place.endpoint.url()));
        let base = Url::parse(place.endpoint.url()).map_err(|_| unusable())?;
        let style = match place.style {
            Style::Path => UrlStyle::Path,
            Style::Host => UrlStyle::VirtualHost,
        };
        let bucket =
            Bucket::new(base.clone(), style, place.bucket.clone(), place.region.clone()).map_err(|_| unusable())?;
        let prefix = if place.prefix.is_empty() { String::new() } else { format!("{}/", place.prefix) };
        Ok(Self { base, bucket, prefix, credentials: keys.map(credentials), now })
    }

    /// Returns the server's own address.
    pub(super) fn base(&self) -> &Url {
        &self.base
    }

    /// Returns the key of an object below the prefix.
    pub(super) fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// Returns the requests that only read.
    pub(super) fn reads(&self) -> Vec<Request> {
        let health = |step, path: &str| {
            let url = self.base.join(path).expect("the path is a constant");
            Request { step, method: Method::GET, url, body: Vec::new() }
        };
        let head = |step, credentials| {
            let url = HeadBucket::new(&self.bucket, credentials).sign_with_time(SIGNED_FOR, &self.now);
            Request { step, method: Method::HEAD, url, body: Vec::new() }
        };
        let mut requests = vec![
            health(Step::Live, "/minio/health/live"),
            health(Step::Cluster, "/minio/health/cluster"),
            head(Step::Unsigned, None),
        ];
        if self.credentials.is_some() {
            requests.push(head(Step::Head, self.credentials.as_ref()));
            // A bucket's own address with a query is its list.
            let mut list = GetObject::new(&self.bucket, self.credentials.as_ref(), "");
            for (name, value) in [("list-type", "2"), ("max-keys", "1"), ("prefix", &self.prefix)] {
                list.query_mut().insert(name, value.to_owned());
            }
            requests.push(self.signed(Step::List, Method::GET, &list));
        }
        requests
    }

    /// Returns the address that lists keys: those that start with a text, behind a page's end.
    pub(super) fn list(&self, start: &str, after: Option<&str>) -> Url {
        let mut list = GetObject::new(&self.bucket, self.credentials.as_ref(), "");
        list.query_mut().insert("list-type", "2");
        list.query_mut().insert("prefix", start.to_owned());
        if let Some(after) = after {
            list.query_mut().insert("continuation-token", after.to_owned());
        }
        list.sign_with_time(SIGNED_FOR, &self.now)
    }

    /// Returns the request that writes an object.
    pub(super) fn put(&self, key: &str, body: Vec<u8>) -> Request {
        let put = PutObject::new(&self.bucket, self.credentials.as_ref(), key);
        Request { body, ..self.signed(Step::Put, Method::PUT, &put) }
    }

    /// Returns the request that reads an object.
    pub(super) fn get(&self, key: &str) -> Request {
        self.signed(Step::Get, Method::GET, &GetObject::new(&self.bucket, self.credentials.as_ref(), key))
    }

    /// Returns the request that removes an object, or one version of it.
    pub(super) fn delete(&self, key: &str, version: Option<&str>) -> Request {
        let mut delete = DeleteObject::new(&self.bucket, self.credentials.as_ref(), key);
        if let Some(version) = version {
            delete.query_mut().insert("versionId", version.to_owned());
        }
        self.signed(Step::Delete, Method::DELETE, &delete)
    }

    /// Returns a signed request.
    fn signed<'a>(&self, step: Step, method: Method, action: &impl S3Action<'a>) -> Request {
        Request { step, method, url: action.sign_with_time(SIGNED_FOR, &self.now), body: Vec::new() }
    }
}

/// Returns the keys as the signer takes them.
fn credentials(keys: &Keys) -> Credentials {
    let (access, secret) = (keys.access.expose_secret(), keys.secret.expose_secret());
    match &keys.token {
        Some(token) => Credentials::new_with_token(access, secret, token.expose_secret()),
        None => Credentials::new(access, secret),
    }
}

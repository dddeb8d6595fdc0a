//! The requests of a probe, signed: health, the bucket without and with the key, a list of one object, the marker. Path style
//! or the bucket's own host, as the place says.

use jiff::Timestamp;
use reqwest::header::HeaderMap;
use reqwest::{Method, Url};
use secrecy::ExposeSecret as _;

use super::hidden::Hidden;
use super::sign::{Bare, encoded_key, is_sendable, query, signed};
use super::step::Step;
use super::{Keys, Place, Style};
use crate::failure::{Failure, refused};

/// One request.
pub(super) struct Request {
    /// What it is about.
    pub(super) step: Step,
    /// Its method.
    pub(super) method: Method,
    /// Its address.
    pub(super) url: Url,
    /// Its headers, signature included.
    pub(super) headers: HeaderMap,
    /// What is sent with it.
    pub(super) body: Vec<u8>,
    /// What of it must not come back.
    pub(super) hidden: Hidden,
}

/// What signs requests for one bucket.
pub(super) struct Signer {
    /// The server.
    base: Url,
    /// The bucket's own address.
    bucket: Url,
    /// The region.
    region: String,
    /// What lies before every key, with its slash.
    prefix: String,
    /// The keys.
    keys: Option<Keys>,
    /// The time of the signatures.
    now: Timestamp,
}

impl Signer {
    /// Returns what signs for a place.
    ///
    /// # Errors
    /// Refuses an endpoint that no request can be sent to, and keys that no header takes.
    pub(super) fn new(place: &Place, keys: Option<&Keys>, now: Timestamp) -> Result<Self, Failure> {
        let unusable = || refused(format!("`{}` is no endpoint that can be asked", place.endpoint.url()));
        let base = Url::parse(place.endpoint.url()).map_err(|_| unusable())?;
        let texts = keys.into_iter().flat_map(|keys| [Some(&keys.access), Some(&keys.secret), keys.token.as_ref()]);
        if texts.flatten().any(|text| !is_sendable(text.expose_secret())) {
            return Err(refused("the keys hold a character that no key has"));
        }
        let mut bucket = base.clone();
        match place.style {
            Style::Path => bucket.set_path(&format!("/{}/", place.bucket)),
            Style::Host => {
                let host = format!("{}.{}", place.bucket, base.host_str().unwrap_or_default());
                bucket.set_host(Some(&host)).map_err(|_| unusable())?;
            }
        }
        let prefix = if place.prefix.is_empty() { String::new() } else { format!("{}/", place.prefix) };
        Ok(Self { base, bucket, region: place.region.clone(), prefix, keys: keys.cloned(), now })
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
        let health = |step, path: &str| bare(step, Method::GET, self.base.join(path).expect("the path is a constant"));
        let mut requests = vec![
            health(Step::Live, "/minio/health/live"),
            health(Step::Cluster, "/minio/health/cluster"),
            bare(Step::Unsigned, Method::HEAD, self.bucket.clone()),
        ];
        if self.keys.is_some() {
            requests.push(self.signed(bare(Step::Head, Method::HEAD, self.bucket.clone())));
            // A bucket's own address with a query is its list.
            let url = self.asking(&[("list-type", "2"), ("max-keys", "1"), ("prefix", &self.prefix)]);
            requests.push(self.signed(bare(Step::List, Method::GET, url)));
        }
        requests
    }

    /// Returns the request that lists keys: those that start with a text, behind a page's end.
    pub(super) fn list(&self, start: &str, after: Option<&str>) -> Request {
        let mut fields = vec![("list-type", "2"), ("prefix", start)];
        fields.extend(after.map(|after| ("continuation-token", after)));
        self.signed(bare(Step::List, Method::GET, self.asking(&fields)))
    }

    /// Returns the request that writes an object.
    pub(super) fn put(&self, key: &str, body: Vec<u8>) -> Request {
        self.signed(Request { body, ..bare(Step::Put, Method::PUT, self.object(key)) })
    }

    /// Returns the request that reads an object.
    pub(super) fn get(&self, key: &str) -> Request {
        self.signed(bare(Step::Get, Method::GET, self.object(key)))
    }

    /// Returns the request that removes an object, or one version of it.
    pub(super) fn delete(&self, key: &str, version: Option<&str>) -> Request {
        let mut url = self.object(key);
        url.set_query(version.map(|version| query(&[("versionId", version)])).as_deref());
        self.signed(bare(Step::Delete, Method::DELETE, url))
    }

    /// Returns the bucket's address with a query.
    fn asking(&self, fields: &[(&str, &str)]) -> Url {
        let mut url = self.bucket.clone();
        url.set_query(Some(&query(fields)));
        url
    }

    /// Returns the address of an object.
    fn object(&self, key: &str) -> Url {
        let mut url = self.bucket.clone();
        url.set_path(&format!("{}{}", url.path(), encoded_key(key)));
        url
    }

    /// Returns a request signed, where there are keys.
    fn signed(&self, request: Request) -> Request {
        let Some(keys) = &self.keys else { return request };
        let bare = Bare { method: &request.method, url: &request.url, body: &request.body };
        let (headers, signature) = signed(keys, &self.region, self.now, &bare);
        Request { headers, hidden: Hidden::of(keys, &signature), ..request }
    }
}

/// Returns a request that nobody signs.
fn bare(step: Step, method: Method, url: Url) -> Request {
    Request { step, method, url, headers: HeaderMap::new(), body: Vec::new(), hidden: Hidden::default() }
}

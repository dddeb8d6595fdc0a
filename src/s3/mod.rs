//! The room of S3: a place is asked, step by step, what a backup would ask of it. The only room that speaks S3.
//!
//! What comes back are lines of text, as clients log them, which [`crate::diagnose`] reads like any other log. Reads alone;
//! keys go to the one endpoint, in the signature of a request and nowhere else. No async leaves this room.

mod ask;
mod reach;
mod said;

use std::time::{Duration, Instant};

use jiff::Timestamp;
use secrecy::SecretString;

use crate::failure::{Failure, refused};
use crate::model::place::{Endpoint, EndpointFault};

/// A place as a storage of a cluster names it.
#[derive(Debug, Clone)]
pub struct Place {
    /// Where the server is.
    pub endpoint: Endpoint,
    /// The bucket.
    pub bucket: String,
    /// The prefix, empty where the bucket has none.
    pub prefix: String,
    /// The region that requests are signed for.
    pub region: String,
    /// Whose certificates are trusted.
    pub trust: Trust,
}

/// Whose certificates are trusted.
#[derive(Debug, Clone)]
pub enum Trust {
    /// Those that this machine trusts.
    Machine,
    /// Those of this bundle alone, in PEM.
    Bundle(Vec<u8>),
    /// Any: `verifyTLS: false`.
    Any,
}

/// The keys of a place.
#[derive(Debug, Clone)]
pub struct Keys {
    /// The access key.
    pub access: SecretString,
    /// The secret key.
    pub secret: SecretString,
    /// The session token.
    pub token: Option<SecretString>,
}

impl Place {
    /// Parses `https://host[:port]/bucket[/prefix]`, in the region and with the trust given.
    ///
    /// # Errors
    /// Refuses what names no endpoint or no bucket.
    pub fn parse(url: &str, region: &str, trust: Trust) -> Result<Self, Failure> {
        let hint = "--probe https://HOST:PORT/BUCKET";
        let (scheme, rest) = url.split_once("://").unwrap_or_default();
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
        let unusable = |fault: EndpointFault| refused(format!("the place to probe {fault}")).hint(hint);
        if scheme.is_empty() {
            return Err(unusable(EndpointFault::NoScheme));
        }
        let endpoint = Endpoint::parse(&format!("{scheme}://{authority}")).map_err(unusable)?;
        let bucket = crate::model::target::bucket(bucket).map_err(|failure| failure.hint(hint))?;
        Ok(Self { endpoint, bucket, prefix: prefix.trim_matches('/').to_owned(), region: region.to_owned(), trust })
    }
}

/// Asks a place what a backup would ask of it, and returns what was said, as lines of a log. Takes no longer than the
/// deadline, whatever answers.
///
/// # Errors
/// Fails where this machine can ask nothing at all.
pub fn probe(place: &Place, keys: Option<&Keys>, deadline: Duration, now: Timestamp) -> Result<String, Failure> {
    let end = Instant::now() + deadline;
    let mut lines = Vec::new();
    if reach::reach(&place.endpoint, end, &mut lines) {
        lines.extend(ask::ask(place, keys, end, now)?);
    }
    Ok(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_place_of_a_url() {
        let place = Place::parse("https://minio.a.example:9000/pxc-a/c1/daily/", "r", Trust::Machine).unwrap();
        assert_eq!(place.endpoint.url(), "https://minio.a.example:9000");
        assert_eq!((place.bucket.as_str(), place.prefix.as_str()), ("pxc-a", "c1/daily"));
        for url in ["minio:9000/b", "https://minio", "https://minio/", "https://u:p@minio/b", "ftp://minio/b"] {
            let failure = Place::parse(url, "r", Trust::Machine).unwrap_err();
            assert!(!failure.fact.contains("u:p"), "{failure}");
        }
    }
}

//! A place to ask: as a URL names it, or as a storage of a cluster does, with that storage's own settings. Pure: knows no
//! network. Must never hold a key, and never print the user part of a URL.

use crate::failure::{Failure, refused};
use crate::model::backup::Storage;
use crate::model::place::{Endpoint, EndpointFault, shown_url};
use crate::model::target;

/// The region that the tools of a backup sign for where a storage names none.
const REGION: &str = "us-east-1";

/// A place as a storage of a cluster names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Where the server is.
    pub endpoint: Endpoint,
    /// The bucket.
    pub bucket: String,
    /// The prefix, empty where the bucket has none.
    pub prefix: String,
    /// The region that requests are signed for.
    pub region: String,
    /// Where in a request the bucket stands.
    pub style: Style,
    /// Whose certificates are trusted.
    pub trust: Trust,
}

/// Where in a request the bucket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// In the path, as every server that is not Amazon's takes it.
    Path,
    /// In the name of the host.
    Host,
}

/// Whose certificates are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// Those that this machine trusts.
    Machine,
    /// Those of this bundle alone, in PEM.
    Bundle(Vec<u8>),
    /// Any: `verifyTLS: false`.
    Any,
    /// Those of a bundle that was not read, by the Secret and its key: no key is sent to who only might be the server.
    Unread {
        /// The Secret.
        secret: String,
        /// The key in it.
        key: String,
    },
}

/// Why a storage is not asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unasked {
    /// It is no S3 place.
    Kind(String),
    /// Its settings mean another thing to the operator than to who wrote them (operator.md 12.24).
    Setting(String),
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
        let bucket = target::bucket(bucket).map_err(|failure| failure.hint(hint))?;
        let prefix = prefix.trim_matches('/').to_owned();
        Ok(Self { endpoint, bucket, prefix, region: region.to_owned(), style: Style::Path, trust })
    }

    /// Returns the place of a storage, as the operator reads its settings.
    ///
    /// # Errors
    /// Says why it cannot be asked: it is no S3 place, or its settings do not mean what they seem to.
    pub fn of(storage: &Storage) -> Result<Self, Unasked> {
        if storage.kind() != "s3" {
            return Err(Unasked::Kind(storage.kind().to_owned()));
        }
        let region = storage.text("region").unwrap_or(REGION).to_owned();
        let (endpoint, style) = match storage.text("endpointUrl") {
            Some(url) => {
                (Endpoint::parse(url).map_err(|fault| setting("endpointUrl", &shown_url(url), fault))?, Style::Path)
            }
            None => (amazon(&region)?, Style::Host),
        };
        let whole = storage.text("bucket").unwrap_or_default();
        let (bucket, start) = whole.split_once('/').unwrap_or((whole, ""));
        let odd = |failure: Failure| Unasked::Setting(failure.fact);
        let parts = [
            target::prefix(start).map_err(odd)?,
            target::prefix(storage.text("prefix").unwrap_or_default()).map_err(odd)?,
        ];
        let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        Ok(Self {
            endpoint,
            bucket: target::bucket(bucket).map_err(odd)?,
            prefix: parts.join("/"),
            region: target::region(&region).map_err(odd)?,
            style,
            trust: trust(storage),
        })
    }

    /// Returns whether requests are encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.endpoint.url().starts_with("https://")
    }

    /// Returns the place on one line.
    pub(super) fn line(&self) -> String {
        let slash = if self.prefix.is_empty() { "" } else { "/" };
        let trusted = match &self.trust {
            _ if !self.is_encrypted() => "none needed".to_owned(),
            Trust::Machine => "as this machine trusts them".to_owned(),
            Trust::Bundle(_) => "of the given bundle alone".to_owned(),
            Trust::Any => "any (verifyTLS: false)".to_owned(),
            Trust::Unread { secret, key } => format!("any, since key `{key}` of Secret `{secret}` was not read"),
        };
        let Self { endpoint, bucket, prefix, region, .. } = self;
        format!("probe: place {} s3://{bucket}{slash}{prefix} in {region}; certificates: {trusted}", endpoint.url())
    }
}

/// Returns that a setting is not usable as it is.
fn setting(field: &str, text: &str, fault: EndpointFault) -> Unasked {
    Unasked::Setting(format!("`{field}` `{}` {fault}", text.escape_debug()))
}

/// Returns Amazon's endpoint of a region, which the operator asks where a storage names none.
fn amazon(region: &str) -> Result<Endpoint, Unasked> {
    let url = format!("https://s3.{region}.amazonaws.com");
    Endpoint::parse(&url).map_err(|fault| setting("region", region, fault))
}

/// Returns whose certificates a storage trusts.
fn trust(storage: &Storage) -> Trust {
    let of = |field: &str| storage.value.pointer(&format!("/s3/caBundle/{field}")).and_then(serde_json::Value::as_str);
    match (of("name"), of("key")) {
        _ if !storage.verifies_tls() => Trust::Any,
        (Some(secret), Some(key)) => Trust::Unread { secret: secret.to_owned(), key: key.to_owned() },
        _ => Trust::Machine,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// Returns the place of a storage with these fields of `s3`.
    fn of(s3: &Value) -> Result<Place, Unasked> {
        Place::of(&Storage { name: "minio-a".to_owned(), value: json!({"type": "s3", "s3": s3}) })
    }

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

    #[test]
    fn reads_every_form_of_bucket_and_prefix_as_the_operator_does() {
        for (s3, want) in [
            (json!({"bucket": "b"}), "s3://b in"),
            (json!({"bucket": "b/c1/daily/"}), "s3://b/c1/daily in"),
            (json!({"bucket": "b", "prefix": "c1/"}), "s3://b/c1 in"),
            (json!({"bucket": "b/c1", "prefix": "daily"}), "s3://b/c1/daily in"),
        ] {
            let mut s3 = s3;
            s3["endpointUrl"] = json!("https://minio:9000/");
            let line = of(&s3).unwrap().line();
            assert!(line.starts_with("probe: place https://minio:9000 ") && line.contains(want), "{line}");
        }
    }

    #[test]
    fn names_whom_it_trusts_and_where_amazon_is() {
        let minio = |more: Value| {
            let mut value = json!({"type": "s3", "s3": {"bucket": "b", "endpointUrl": "https://minio"}});
            let fields = more.as_object().unwrap().clone();
            for (name, field) in fields {
                if name == "verifyTLS" { value[name] = field } else { value["s3"][name] = field }
            }
            Place::of(&Storage { name: "a".to_owned(), value }).unwrap()
        };
        let bundle = json!({"name": "minio-ca", "key": "ca.crt"});
        let unread = Trust::Unread { secret: "minio-ca".to_owned(), key: "ca.crt".to_owned() };
        assert_eq!(minio(json!({"caBundle": bundle})).trust, unread);
        assert_eq!(minio(json!({"caBundle": bundle, "verifyTLS": false})).trust, Trust::Any);
        assert_eq!(minio(json!({"verifyTLS": true, "region": "eu-1"})).region, "eu-1");
        let amazon = of(&json!({"bucket": "b", "region": "eu-central-1"})).unwrap();
        assert_eq!((amazon.endpoint.url(), amazon.style), ("https://s3.eu-central-1.amazonaws.com", Style::Host));
    }

    #[test]
    fn does_not_ask_what_the_operator_would_read_otherwise() {
        let refused = |s3: Value| match of(&s3) {
            Err(Unasked::Setting(why)) => why,
            other => panic!("{other:?}"),
        };
        let of_url = |url: &str| refused(json!({"bucket": "b", "endpointUrl": url}));
        assert_eq!(
            of_url("minio:9000"),
            "`endpointUrl` `minio:9000` has no scheme: the operator would speak plain http"
        );
        assert_eq!(
            of_url("https://minio/b"),
            "`endpointUrl` `https://minio/b` has a path: the operator would take it for the bucket"
        );
        assert!(!of_url("https://key:sesame@minio").contains("sesame"));
        assert!(refused(json!({"endpointUrl": "https://minio"})).starts_with("bucket is empty"));
        let slash = json!({"bucket": "b", "endpointUrl": "https://minio", "prefix": "/c1"});
        assert_eq!(refused(slash), "prefix `/c1` starts with a slash");
        let azure = Storage { name: "a".to_owned(), value: json!({"type": "azure", "azure": {}}) };
        assert_eq!(Place::of(&azure), Err(Unasked::Kind("azure".to_owned())));
    }
}

//! Places: where bytes go. An S3 endpoint is its host and port; two storages on one endpoint fail together.
//! Must never print the user part of a URL: it may hold a key.

use std::fmt;

use serde::Serialize;

/// An S3 endpoint as URL, parsed: scheme, host and port, no path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Endpoint {
    /// The URL as it is written to the CR.
    url: String,
    /// `host:port`, lower case.
    authority: String,
}

/// Why a text is no endpoint the operator reads as meant (operator.md 4, 12.24).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointFault {
    /// Without a scheme the operator's client speaks plain HTTP.
    NoScheme,
    /// Neither of the two that the operator speaks.
    Scheme,
    /// A path can replace the bucket.
    Path,
    /// A user or password in the URL would be committed.
    UserInfo,
    /// Not a host and port.
    Host,
}

impl fmt::Display for EndpointFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoScheme => "has no scheme: the operator would speak plain http",
            Self::Scheme => "has a scheme that is neither https nor http",
            Self::Path => "has a path: the operator would take it for the bucket",
            Self::UserInfo => "has a user or password in it, which would be committed",
            Self::Host => "has no usable host and port",
        })
    }
}

impl Endpoint {
    /// Parses `https://host[:port]`; one trailing slash is dropped.
    ///
    /// # Errors
    /// Says which rule the text breaks.
    pub fn parse(text: &str) -> Result<Self, EndpointFault> {
        let (scheme, rest) = text.split_once("://").ok_or(EndpointFault::NoScheme)?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains('@') {
            return Err(EndpointFault::UserInfo);
        }
        if rest.contains(['/', '?', '#']) {
            return Err(EndpointFault::Path);
        }
        let scheme = scheme.to_ascii_lowercase();
        if default_port(&scheme).is_none() {
            return Err(EndpointFault::Scheme);
        }
        let authority = authority(&scheme, rest).ok_or(EndpointFault::Host)?;
        Ok(Self { url: format!("{scheme}://{rest}"), authority })
    }

    /// Returns the URL to write.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns `host:port`.
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

/// Returns the port of a scheme that storages speak.
fn default_port(scheme: &str) -> Option<&'static str> {
    match scheme {
        "https" => Some("443"),
        "http" => Some("80"),
        _ => None,
    }
}

/// Returns `host:port` of the part after the scheme, the scheme's port where none is given.
fn authority(scheme: &str, rest: &str) -> Option<String> {
    let default_port = default_port(scheme)?;
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port),
        _ => (rest, default_port),
    };
    let host = host.strip_suffix('.').unwrap_or(host);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '[' | ']' | ':');
    let usable = !host.is_empty() && host.chars().all(plain) && port.parse::<u16>().is_ok_and(|port| port > 0);
    let host = host.to_ascii_lowercase();
    // Kubernetes' own name of a Service, with and without the domain it has by default.
    let host = host.strip_suffix(".svc.cluster.local").map_or(host.clone(), |service| format!("{service}.svc"));
    usable.then(|| format!("{host}:{port}"))
}

/// Returns the place an `endpointUrl` of an existing storage means, however it is written.
pub fn authority_of(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let rest = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let rest = rest.rsplit('@').next().unwrap_or_default();
    authority(&scheme.to_ascii_lowercase(), rest).unwrap_or_else(|| rest.to_ascii_lowercase())
}

/// Returns a URL without user and password, for people.
pub fn shown_url(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://***@{rest}"),
        (None, Some((_, rest))) => format!("***@{rest}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_its_host_and_port() {
        let endpoint = Endpoint::parse("https://MinIO.a.example:9000/").unwrap();
        assert_eq!(endpoint.url(), "https://MinIO.a.example:9000");
        assert_eq!(endpoint.authority(), "minio.a.example:9000");
        assert_eq!(Endpoint::parse("https://s3").unwrap().authority(), "s3:443");
        assert_eq!(Endpoint::parse("http://[::1]:9000").unwrap().authority(), "[::1]:9000");
        assert_eq!(Endpoint::parse("https://s3.a.example.").unwrap().authority(), "s3.a.example:443");
        assert_eq!(Endpoint::parse("https://."), Err(EndpointFault::Host));
        assert_eq!(authority_of("http://minio.ns.svc.Cluster.local.:9000"), "minio.ns.svc:9000");
        assert_eq!(authority_of("http://minio.ns.svc:9000"), "minio.ns.svc:9000");
        assert_eq!(authority_of("http://minio.ns:9000"), "minio.ns:9000");
        assert_eq!(authority_of("minio.a.example:9000/bucket"), "minio.a.example:9000");
        assert_eq!(authority_of("https://minio.a.example"), "minio.a.example:443");
    }

    #[test]
    fn says_what_is_wrong_with_an_endpoint() {
        let faults = [
            ("minio:9000", EndpointFault::NoScheme),
            ("https://minio/bucket", EndpointFault::Path),
            ("https://key:secret@minio", EndpointFault::UserInfo),
            ("https://", EndpointFault::Host),
            ("https://minio:99999", EndpointFault::Host),
            ("ftp://minio", EndpointFault::Scheme),
        ];
        for (text, fault) in faults {
            assert_eq!(Endpoint::parse(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn never_shows_the_user_part_of_a_url() {
        assert_eq!(shown_url("https://key:secret@minio:9000"), "https://***@minio:9000");
        assert_eq!(shown_url("key:secret@minio"), "***@minio");
        assert_eq!(shown_url("https://minio"), "https://minio");
    }
}

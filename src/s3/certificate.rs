//! The certificate that a server shows, whoever signed it: read by a request that carries no key, so that what is wrong with
//! it can be told where nobody trusts it. Must never decide whether it is trusted: the client does.

use std::time::Instant;

use jiff::Timestamp;
use reqwest::tls::TlsInfo;
use reqwest::{Client, Method, Url};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer as _, X509Certificate, X509Name};

use super::reach::left;

/// How many names are shown.
const NAMES: usize = 6;

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    /// Whose it is.
    subject: String,
    /// Who signed it.
    issuer: String,
    /// The names and addresses that it is for.
    names: Vec<String>,
    /// From when on it is good.
    from: Timestamp,
    /// Until when.
    until: Timestamp,
}

/// Asks for the certificate; `None` where none is shown in time.
pub(super) async fn look(client: &Client, url: &Url, end: Instant) -> Option<Shown> {
    let asked = client.request(Method::HEAD, url.clone()).send();
    let response = tokio::time::timeout(left(end), asked).await.ok()?.ok()?;
    Shown::read(response.extensions().get::<TlsInfo>()?.peer_certificate()?)
}

/// Returns a client that takes any certificate, for a request that carries no key.
pub(super) fn client() -> Option<Client> {
    let builder = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
    builder.tls_danger_accept_invalid_certs(true).tls_info(true).build().ok()
}

impl Shown {
    /// Reads a certificate.
    fn read(der: &[u8]) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let names = certificate.subject_alternative_name().ok().flatten();
        let names = names.into_iter().flat_map(|names| names.value.general_names.iter()).filter_map(name).collect();
        let time = |time: x509_parser::time::ASN1Time| Timestamp::from_second(time.timestamp()).ok();
        let validity = certificate.validity();
        Some(Self {
            subject: called(certificate.subject()),
            issuer: called(certificate.issuer()),
            names,
            from: time(validity.not_before)?,
            until: time(validity.not_after)?,
        })
    }

    /// Returns the certificate on one line.
    pub(super) fn line(&self) -> String {
        let Self { subject, issuer, from, until, .. } = self;
        let signed = if issuer == subject { "signed by itself".to_owned() } else { format!("signed by {issuer}") };
        format!("probe: certificate of {subject}, {signed}, for {}, from {from} until {until}", self.named())
    }

    /// Returns what speaks against the certificate at a time and under a host's name, as a client would log it.
    pub(super) fn faults(&self, host: &str, now: Timestamp) -> Vec<String> {
        let mut faults = Vec::new();
        if now > self.until {
            faults.push(format!("certificate has expired: it was good until {}", self.until));
        }
        if now < self.from {
            faults.push(format!("certificate is not yet valid: it is good from {}", self.from));
        }
        if !self.names.iter().any(|name| is_named(name, host)) {
            faults.push(format!("certificate is not valid for name {host}: it is for {}", self.named()));
        }
        faults
    }

    /// Returns until when it is good, as a day.
    pub(super) fn until(&self) -> String {
        self.until.strftime("%F").to_string()
    }

    /// Returns the names, the first of them.
    fn named(&self) -> String {
        let more = self.names.len().saturating_sub(NAMES);
        let shown = self.names.iter().take(NAMES).map(String::as_str).collect::<Vec<_>>().join(", ");
        match (self.names.len(), more) {
            (0, _) => "no name".to_owned(),
            (_, 0) => shown,
            (_, more) => format!("{shown} and {more} more"),
        }
    }
}

/// Returns a name or an address that a certificate is for.
fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some(plain(name)),
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => <[u8; 4]>::try_from(*bytes).ok().map(|bytes| std::net::Ipv4Addr::from(bytes).to_string()),
            16 => <[u8; 16]>::try_from(*bytes).ok().map(|bytes| std::net::Ipv6Addr::from(bytes).to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// Returns how somebody is called: the common name, else all of it.
fn called(name: &X509Name<'_>) -> String {
    let common = name.iter_common_name().find_map(|part| part.as_str().ok());
    let text = common.map_or_else(|| name.to_string(), |common| format!("CN={common}"));
    if text.is_empty() { "nobody named".to_owned() } else { plain(&text) }
}

/// Returns a text of a stranger without what a terminal would obey.
fn plain(text: &str) -> String {
    text.chars().take(100).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Returns whether a name of a certificate is the host's; `*.` stands for one label.
fn is_named(name: &str, host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    match name.strip_prefix("*.") {
        Some(rest) => host.split_once('.').is_some_and(|(_, domain)| domain.eq_ignore_ascii_case(rest)),
        None => name.eq_ignore_ascii_case(host),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a certificate for two names, good for a day.
    fn shown() -> Shown {
        Shown {
            subject: "CN=minio".to_owned(),
            issuer: "CN=ours".to_owned(),
            names: vec!["*.a.example".to_owned(), "10.0.0.1".to_owned()],
            from: "2026-11-22T00:00:00Z".parse().unwrap(),
            until: "2026-11-23T00:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn reads_what_a_server_shows() {
        let names = ["minio.a.example", "10.0.0.1", "::1"].map(str::to_owned);
        let mut params = rcgen::CertificateParams::new(names).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, "minio \u{1b}[31m");
        (params.not_before, params.not_after) = (rcgen::date_time_ymd(2026, 1, 1), rcgen::date_time_ymd(2027, 1, 1));
        let der = params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap();
        let line = Shown::read(der.der()).unwrap().line();
        let want = "probe: certificate of CN=minio  [31m, signed by itself, for minio.a.example, 10.0.0.1, ::1, \
                    from 2026-01-01T00:00:00Z until 2027-01-01T00:00:00Z";
        assert_eq!(line, want);
        assert_eq!(Shown::read(b"no certificate"), None);
    }

    #[test]
    fn says_whose_it_is_and_what_speaks_against_it() {
        let line = "probe: certificate of CN=minio, signed by CN=ours, for *.a.example, 10.0.0.1, \
                    from 2026-11-22T00:00:00Z until 2026-11-23T00:00:00Z";
        assert_eq!(shown().line(), line);
        let faults = |host: &str, now: &str| shown().faults(host, now.parse().unwrap());
        assert_eq!(faults("minio.a.example", "2026-11-22T10:00:00Z"), [""; 0]);
        assert_eq!(faults("10.0.0.1", "2026-11-22T10:00:00Z"), [""; 0]);
        assert!(
            faults("a.example", "2026-11-22T10:00:00Z")[0].starts_with("certificate is not valid for name a.example")
        );
        assert!(faults("b.c.a.example", "2026-11-22T10:00:00Z")[0].contains("is not valid for name"));
        assert!(faults("x.a.example", "2026-11-24T10:00:00Z")[0].starts_with("certificate has expired"));
        assert!(faults("x.a.example", "2026-11-21T10:00:00Z")[0].starts_with("certificate is not yet valid"));
    }
}

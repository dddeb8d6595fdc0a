//! Signatures of requests in their headers, as the tools of a backup sign (AWS Signature Version 4). Comes before a request
//! is sent. Must never write a key, a token or a signature into an address, which servers and proxies log and quote; nor
//! make a signature expire sooner than those of a backup do.

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};

use super::Keys;

/// What stands in an address as something else: all but what the signature's rules name.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same of a key, whose slashes stay.
const ENCODED_KEY: &AsciiSet = &ENCODED.remove(b'/');
/// How requests are signed.
const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// A request as it is signed.
pub(super) struct Bare<'a> {
    /// Its method.
    pub(super) method: &'a Method,
    /// Its address.
    pub(super) url: &'a Url,
    /// What is sent with it.
    pub(super) body: &'a [u8],
}

/// Returns the key of an object as it stands in an address.
pub(super) fn encoded_key(key: &str) -> String {
    utf8_percent_encode(key, ENCODED_KEY).to_string()
}

/// Returns a query as it stands in an address: its fields by name.
pub(super) fn query(fields: &[(&str, &str)]) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, ENCODED).to_string();
    let mut fields: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    fields.sort();
    fields.join("&")
}

/// Returns the headers that sign a request, and the signature.
pub(super) fn signed(keys: &Keys, region: &str, now: Timestamp, bare: &Bare<'_>) -> (HeaderMap, String) {
    let (time, day) = (now.strftime("%Y%m%dT%H%M%SZ").to_string(), now.strftime("%Y%m%d").to_string());
    let scope = format!("{day}/{region}/s3/aws4_request");
    let digest = hex(&Sha256::digest(bare.body));
    let mut signed = vec![("x-amz-content-sha256", digest.as_str()), ("x-amz-date", time.as_str())];
    signed.extend(keys.token.as_ref().map(|token| ("x-amz-security-token", token.expose_secret())));
    let host = host(bare.url);
    let lines: Vec<String> =
        [("host", host.as_str())].iter().chain(&signed).map(|(name, value)| format!("{name}:{value}\n")).collect();
    let names = [("host", "")].iter().chain(&signed).map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let (path, query) = (bare.url.path(), bare.url.query().unwrap_or_default());
    let canonical = format!("{}\n{path}\n{query}\n{}\n{names}\n{digest}", bare.method, lines.concat());
    let text = format!("{ALGORITHM}\n{time}\n{scope}\n{}", hex(&Sha256::digest(canonical)));
    let secret = format!("AWS4{}", keys.secret.expose_secret());
    let key = scope.split('/').fold(secret.into_bytes(), |key, part| mac(&key, part));
    let signature = hex(&mac(&key, &text));
    let access = keys.access.expose_secret();
    let authorization = format!("{ALGORITHM} Credential={access}/{scope},SignedHeaders={names},Signature={signature}");
    let mut headers: HeaderMap =
        signed.iter().map(|(name, value)| (HeaderName::from_static(name), sensitive(value))).collect();
    headers.insert(AUTHORIZATION, sensitive(&authorization));
    (headers, signature)
}

/// Returns whether a key can stand in a header.
pub(super) fn is_sendable(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Returns a value that nobody prints.
fn sensitive(text: &str) -> HeaderValue {
    let mut value = HeaderValue::from_str(text).expect("keys that no header takes are refused before");
    value.set_sensitive(true);
    value
}

/// Returns the host as the header says it.
fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Returns the code of a text under a key.
fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// Returns bytes in hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys of the published example.
    fn example(token: Option<&str>) -> Keys {
        let value = |name: &str| match name {
            "AWS_ACCESS_KEY_ID" => Some("AKIAIOSFODNN7EXAMPLE".to_owned()),
            "AWS_SECRET_ACCESS_KEY" => Some("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned()),
            _ => token.map(str::to_owned),
        };
        Keys::named(value, "x").unwrap()
    }

    /// Returns the headers of the published example of a list.
    fn listed(token: Option<&str>) -> (HeaderMap, String) {
        let query = query(&[("prefix", "J"), ("max-keys", "2")]);
        let url = Url::parse(&format!("https://examplebucket.s3.amazonaws.com/?{query}")).unwrap();
        let bare = Bare { method: &Method::GET, url: &url, body: b"" };
        signed(&example(token), "us-east-1", "2013-05-24T00:00:00Z".parse().unwrap(), &bare)
    }

    #[test]
    fn signs_as_the_published_example_does() {
        let (headers, signature) = listed(None);
        assert_eq!(signature, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
        let authorization = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
                             SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7";
        assert_eq!(headers[AUTHORIZATION].to_str().unwrap(), authorization);
        assert!(headers.values().all(HeaderValue::is_sensitive), "{headers:?}");
    }

    #[test]
    fn a_session_token_is_signed_and_sent_as_a_header() {
        let (headers, _) = listed(Some("sesame+/="));
        assert_eq!(headers["x-amz-security-token"], "sesame+/=");
        let names = "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,";
        assert!(headers[AUTHORIZATION].to_str().unwrap().contains(names));
        assert!(!is_sendable("a\nb") && !is_sendable("ä") && is_sendable("a+/="));
    }

    #[test]
    fn writes_addresses_as_they_are_signed() {
        assert_eq!(query(&[("prefix", "c 1/+~"), ("list-type", "2")]), "list-type=2&prefix=c%201%2F%2B~");
        assert_eq!(encoded_key("c1/ä b"), "c1/%C3%A4%20b");
    }
}

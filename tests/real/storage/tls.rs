//! Certificates that speak against the server, made by the test, and sides that do not agree on whether to encrypt.

use serde_json::json;

use super::Case;
use super::reach::sound;
use crate::bed::Bed;
use crate::certificate::{Authority, Pair, Period};
use crate::minio::Setup;

/// The address of every server here.
const HERE: &[&str] = &["127.0.0.1"];

/// Returns a server that shows a certificate.
fn showing(bed: &Bed, name: &'static str, certificate: Pair) -> crate::minio::Minio {
    sound(bed, name, Setup { certificate: Some(certificate), ..Setup::default() })
}

pub(crate) fn a_certificate_that_nobody_can_trust_calls_for_no_other_place(bed: &Bed) {
    let folder = bed.folder("storage-tls");
    let authority = Authority::new(&folder);
    let ca = folder.join("ca.crt").display().to_string();
    let bundle = json!({"name": "minio-ca", "key": "ca.crt"});
    let good = showing(bed, "tls-good", authority.serving(HERE, Period::Now));
    let known =
        |what, endpoint: &str| Case::new(bed, what, endpoint).s3("caBundle", &bundle).words(&["--ca-file", &ca]);
    let said = known("a certificate of a known authority", &good.endpoint()).is("Healthy", "nothing");
    assert!(said.summary().contains("; certificate until "), "{}", said.summary());
    Case::new(bed, "an authority that nobody knows", &good.endpoint()).is("TlsUnknownCa", "fix-wiring");
    let unread =
        Case::new(bed, "an authority whose certificate was not read", &good.endpoint()).s3("caBundle", &bundle);
    let said = unread.is("CannotTell", "look-further");
    assert!(said.summary().contains("no right tried"), "{}", said.summary());
    let alone = showing(bed, "tls-alone", Authority::alone(HERE));
    Case::new(bed, "a certificate signed by itself", &alone.endpoint()).is("TlsUnknownCa", "fix-wiring");
    Case::new(bed, "the same, unverified", &alone.endpoint()).unverified().is("Healthy", "nothing");
    let expired = showing(bed, "tls-expired", authority.serving(HERE, Period::Over));
    known("an expired certificate", &expired.endpoint()).is("TlsExpired", "fix-wiring");
    let unread = Case::new(bed, "an expired one, its authority not read", &expired.endpoint()).s3("caBundle", &bundle);
    unread.is("TlsExpired", "fix-wiring");
    Case::new(bed, "an expired one, unverified", &expired.endpoint()).unverified().is("Healthy", "nothing");
    let early = showing(bed, "tls-early", authority.serving(HERE, Period::ToCome));
    known("a certificate that is not valid yet", &early.endpoint()).is("ClockSkew", "fix-wiring");
    let other = showing(bed, "tls-other", authority.serving(&["minio.other.example"], Period::Now));
    known("a certificate for another name", &other.endpoint()).is("TlsNameMismatch", "fix-wiring");
    let plain = good.endpoint().replace("https:", "http:");
    Case::new(bed, "http where the server speaks https", &plain).is("TlsPlainHttp", "fix-wiring");
    let minio = sound(bed, "tls-none", Setup::default());
    let encrypted = minio.endpoint().replace("http:", "https:");
    Case::new(bed, "https where the server speaks http", &encrypted).is("TlsPlainHttp", "fix-wiring");
}

//! The keys of one run's cluster: an authority, what it signs, and the pair that signs service accounts' tokens. Made
//! anew each run and never kept.

use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, date_time_ymd,
};

/// An authority whose certificates lie in a folder.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: PathBuf,
}

/// What a certificate is for.
pub(crate) enum Use<'a> {
    /// A server under these names and addresses.
    Server(&'a [&'a str]),
    /// A client in this group.
    Client(Option<&'a str>),
}

/// When a certificate is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Period {
    /// Now.
    Now,
    /// It was, and no longer is.
    Over,
    /// It is not yet.
    ToCome,
}

/// A certificate and its key, as PEM.
#[derive(Debug, Clone)]
pub(crate) struct Pair {
    /// The certificate.
    pub(crate) certificate: String,
    /// Its key.
    pub(crate) key: String,
}

impl Authority {
    /// Makes an authority: `ca.crt`, and `accounts.key` and `accounts.pub` for tokens, in the folder.
    pub(crate) fn new(folder: &Path) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name = subject("leeward-testbed", None);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let issuer = CertifiedIssuer::self_signed(params, key()).expect("an authority can be made");
        write(folder, "ca.crt", &issuer.pem());
        let accounts = key();
        write(folder, "accounts.key", &accounts.serialize_pem());
        write(folder, "accounts.pub", &accounts.public_key_pem());
        Self { issuer, folder: folder.to_owned() }
    }

    /// Signs a certificate of a server for these names and addresses, good at this time.
    pub(crate) fn serving(&self, names: &[&str], period: Period) -> Pair {
        let (params, key) = served(names, period);
        let certificate = params.signed_by(&key, &self.issuer).expect("the authority signs").pem();
        Pair { certificate, key: key.serialize_pem() }
    }

    /// Returns a certificate of a server that nobody signed but itself.
    pub(crate) fn alone(names: &[&str]) -> Pair {
        let (params, key) = served(names, Period::Now);
        Pair { certificate: params.self_signed(&key).expect("it signs").pem(), key: key.serialize_pem() }
    }

    /// Signs a certificate under a name; both it and its key are also files: `NAME.crt`, `NAME.key`.
    pub(crate) fn sign(&self, name: &str, purpose: &Use<'_>) -> Pair {
        let (names, group, usage) = match purpose {
            Use::Server(names) => (*names, None, ExtendedKeyUsagePurpose::ServerAuth),
            Use::Client(group) => (&[][..], *group, ExtendedKeyUsagePurpose::ClientAuth),
        };
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).expect("these are names");
        params.distinguished_name = subject(name, group);
        params.extended_key_usages = vec![usage];
        let key = key();
        let certificate = params.signed_by(&key, &self.issuer).expect("the authority signs").pem();
        let pair = Pair { certificate, key: key.serialize_pem() };
        let file = name.replace(':', "-");
        write(&self.folder, &format!("{file}.crt"), &pair.certificate);
        write(&self.folder, &format!("{file}.key"), &pair.key);
        pair
    }
}

/// Returns what a certificate of a server for these names and addresses says, and its key.
fn served(names: &[&str], period: Period) -> (CertificateParams, KeyPair) {
    let mut params = CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
        .expect("these are names");
    params.distinguished_name = subject("a server of a test", None);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let (from, until) = match period {
        Period::Now => (2020, 2099),
        Period::Over => (2020, 2021),
        Period::ToCome => (2098, 2099),
    };
    (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(until, 1, 1));
    (params, key())
}

/// Returns a new key.
fn key() -> KeyPair {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key can be made")
}

/// Returns who a certificate is for.
fn subject(name: &str, group: Option<&str>) -> DistinguishedName {
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, name);
    if let Some(group) = group {
        subject.push(DnType::OrganizationName, group);
    }
    subject
}

/// Writes a file of the folder.
fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("the folder takes files");
}

//! The faults of kubeconfigs, certificates and credential plugins as failures with a hint.
//! Must never print what a library says of a file's or a plugin's text: that text can be a credential.

use std::io::ErrorKind;
use std::path::Path;

use kube::Error;
use kube::client::AuthError;
use kube::config::{KubeconfigError, LoadDataError};

use crate::failure::{Failure, outside, refused};

/// Returns what is wrong with a kubeconfig.
pub(super) fn kubeconfig(error: &KubeconfigError) -> Failure {
    match error {
        KubeconfigError::Parse(error) => {
            let place = error.location().map(|at| format!("line {}: ", at.line())).unwrap_or_default();
            refused(format!("{place}this is no kubeconfig")).hint("kubectl config view --kubeconfig FILE")
        }
        KubeconfigError::LoadCertificateAuthority(error) => data("certificate-authority", error),
        KubeconfigError::LoadClientCertificate(error) => data("client-certificate", error),
        KubeconfigError::LoadClientKey(error) => data("client-key", error),
        KubeconfigError::ParseCertificates(_) => {
            refused("`certificate-authority` holds no PEM certificates").hint("certificate-authority: FILE")
        }
        KubeconfigError::ParseClusterUrl(error) => {
            refused(format!("`server` is no URL: {error}")).hint("server: https://HOST:PORT")
        }
        KubeconfigError::ParseProxyUrl(error) => {
            refused(format!("`proxy-url` or `HTTPS_PROXY` is no URL: {error}")).hint("proxy-url: http://HOST:PORT")
        }
        KubeconfigError::ParseNoProxy(_) => refused("`NO_PROXY` has an entry that is no host, address or network")
            .hint("NO_PROXY=.example.com,10.0.0.0/8"),
        error => refused(error.to_string()).hint("kubectl config view"),
    }
}

/// Returns what is wrong with data that a kubeconfig holds or names.
fn data(field: &str, error: &LoadDataError) -> Failure {
    let fact = match error {
        LoadDataError::DecodeBase64(_) => format!("`{field}-data` is no base64"),
        LoadDataError::ReadFile(error, path) => return unreadable(field, path, error),
        LoadDataError::NoBase64DataOrFile => format!("`{field}` is missing"),
    };
    refused(fact).hint(format!("{field}: FILE"))
}

/// Returns that a file which a kubeconfig names cannot be read.
pub(super) fn unreadable(what: &str, path: &Path, error: &std::io::Error) -> Failure {
    refused(format!("`{what}` `{}`: {}", path.display(), io(error))).hint("kubectl config view")
}

/// Returns what is wrong with a file.
pub(super) fn io(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file".to_owned(),
        ErrorKind::PermissionDenied => "no permission to read it".to_owned(),
        ErrorKind::IsADirectory => "it is a folder".to_owned(),
        ErrorKind::InvalidData => "it is no text".to_owned(),
        _ => error.to_string(),
    }
}

/// Returns why no client can be made.
pub(super) fn client(error: &Error, plugin: Option<&str>) -> Failure {
    match error {
        Error::Auth(error) => auth(error, plugin),
        Error::InferKubeconfig(error) => kubeconfig(error),
        Error::RustlsTls(_) => {
            refused("the certificates of the kubeconfig cannot be used").hint("kubectl config view --raw")
        }
        Error::ProxyProtocolUnsupported { .. } | Error::ProxyProtocolDisabled { .. } => {
            refused("the proxy is neither `http`, `https` nor `socks5`").hint("proxy-url: http://HOST:PORT")
        }
        _ => refused("the settings of the kubeconfig cannot be used").hint("kubectl config view"),
    }
}

/// Returns why there are no credentials.
pub(super) fn auth(error: &AuthError, plugin: Option<&str>) -> Failure {
    let plugin = plugin.unwrap_or("exec");
    match error {
        AuthError::AuthExecStart(error) => {
            outside(format!("credential plugin `{plugin}` does not start: {}", io(error)))
                .hint(format!("install `{plugin}`, or pass --kubeconfig FILE"))
        }
        AuthError::AuthExecRun { out, .. } => {
            let ended = out.status.code().map_or_else(|| "was ended".to_owned(), |code| format!("ended with {code}"));
            outside(format!("credential plugin `{plugin}` {ended}")).hint("kubectl auth whoami")
        }
        AuthError::AuthExecParse(_) | AuthError::ExecPluginFailed | AuthError::MalformedTokenExpirationDate(_) => {
            outside(format!("credential plugin `{plugin}` printed no `ExecCredential`")).hint("kubectl auth whoami")
        }
        AuthError::MissingCommand => refused("`exec` of the user names no `command`").hint("kubectl config view"),
        AuthError::ReadTokenFile(error, path) => unreadable("tokenFile", path, error),
        AuthError::InvalidBearerToken(_) | AuthError::InvalidBasicAuth(_) => unsendable(),
        _ => outside("the user of the context gave no credentials").hint("kubectl auth whoami"),
    }
}

/// Returns that the credentials fit no header.
pub(super) fn unsendable() -> Failure {
    refused("the token or password holds characters that cannot be sent").hint("kubectl config view")
}

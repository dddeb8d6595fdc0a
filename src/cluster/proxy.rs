//! The proxy that the environment names for an API server, as Go's programs choose it: `HTTPS_PROXY` for `https`,
//! `HTTP_PROXY` for `http`, never for this machine, never for what `NO_PROXY` lists.
//! kube compares `NO_PROXY` with the proxy and not with the server, so the choice is made here. Must never connect.

use std::net::IpAddr;

use http::Uri;

use crate::failure::{Failure, refused};

/// Returns the proxy for a server.
pub(super) fn of_environment(server: &Uri) -> Result<Option<Uri>, Failure> {
    let https = server.scheme_str() == Some("https");
    let names = if https { ["HTTPS_PROXY", "https_proxy"] } else { ["HTTP_PROXY", "http_proxy"] };
    let Some(proxy) = names.into_iter().find_map(variable) else { return Ok(None) };
    let excepted = ["NO_PROXY", "no_proxy"].into_iter().find_map(variable).unwrap_or_default();
    if passes_by(server, &excepted) {
        return Ok(None);
    }
    let written = if proxy.contains("://") { proxy } else { format!("http://{proxy}") };
    let no_url = |_| refused(format!("`{}` is no URL", names[0])).hint(format!("{}=http://HOST:PORT", names[0]));
    written.parse().map(Some).map_err(no_url)
}

/// Returns a variable that says something.
#[expect(
    clippy::disallowed_methods,
    reason = "the variables that every network program reads; clap does not know them"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// Returns whether a server is reached without the proxy.
fn passes_by(server: &Uri, excepted: &str) -> bool {
    let host = server.host().unwrap_or_default().trim_matches(['[', ']']).to_ascii_lowercase();
    let address = host.parse::<IpAddr>().ok();
    let here = host == "localhost" || address.is_some_and(|address| address.is_loopback());
    let port = server.port_u16().unwrap_or(if server.scheme_str() == Some("https") { 443 } else { 80 });
    here || excepted.split(',').any(|entry| covers(&entry.trim().to_ascii_lowercase(), &host, address, port))
}

/// Returns whether an entry of `NO_PROXY` means a host.
fn covers(entry: &str, host: &str, address: Option<IpAddr>, port: u16) -> bool {
    if entry == "*" {
        return true;
    }
    if let (Some((network, length)), Some(address)) = (entry.split_once('/'), address) {
        return within(address, network, length);
    }
    let named = match entry.rsplit_once(':') {
        Some((name, digits)) if entry.matches(':').count() == 1 && digits.parse() == Ok(port) => name,
        _ => entry,
    };
    let name = named.trim_start_matches('*').trim_start_matches('.');
    let only_below = named.starts_with(['.', '*']);
    let below = host.strip_suffix(name).is_some_and(|start| start.ends_with('.'));
    !name.is_empty() && (below && address.is_none() || host == name && !only_below)
}

/// Returns whether an address lies in a network written as address and length.
fn within(address: IpAddr, network: &str, length: &str) -> bool {
    let bits = |address: IpAddr| match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()) << 96, 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    };
    let (Ok(network), Ok(length)) = (network.parse::<IpAddr>(), length.parse::<u32>()) else { return false };
    let ((here, width), (there, _)) = (bits(address), bits(network));
    address.is_ipv4() == network.is_ipv4() && length <= width && (length == 0 || (here ^ there) >> (128 - length) == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_proxy_means_hosts_domains_addresses_and_networks() {
        for (server, excepted, expected) in [
            ("https://api.example.com", "", false),
            ("https://api.example.com", "api.example.com", true),
            ("https://api.example.com", "example.com", true),
            ("https://api.example.com", ".example.com", true),
            ("https://example.com", ".example.com", false),
            ("https://badexample.com", "example.com", false),
            ("https://api.example.com:6443", "api.example.com:6443", true),
            ("https://api.example.com:6443", "api.example.com:443", false),
            ("https://10.1.2.3:6443", "10.0.0.0/8", true),
            ("https://11.1.2.3:6443", "10.0.0.0/8", false),
            ("https://10.1.2.3:6443", " 10.1.2.3 , ,", true),
            ("https://[fd00::1]:6443", "fd00::/8", true),
            ("https://api.example.com", "*", true),
            ("https://127.0.0.1:6443", "", true),
            ("http://localhost:8001", "", true),
        ] {
            assert_eq!(passes_by(&server.parse().unwrap(), excepted), expected, "{server} {excepted}");
        }
    }
}

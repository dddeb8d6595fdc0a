//! One request to a place: the client that the place asks for, and what came back of it, up to a size and a deadline. Redirects
//! are not followed and no proxy is used: the pods of a backup have neither.

use std::time::Instant;

use reqwest::{Certificate, Client};

use super::reach::left;
use super::request::Request;
use super::said::Said;
use super::{Place, Trust};
use crate::failure::{Failure, outside, refused};

/// How much of a body is read.
const BODY_MAX: usize = 64 << 10;

/// Returns the client for a place.
pub(super) fn client(place: &Place) -> Result<Client, Failure> {
    let builder = Client::builder()
        .user_agent(concat!("leeward/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy();
    let builder = match &place.trust {
        // What is not encrypted needs no certificates.
        _ if !place.is_encrypted() => builder.tls_certs_only([]),
        Trust::Machine => builder,
        Trust::Any | Trust::Unread { .. } => builder.tls_danger_accept_invalid_certs(true),
        Trust::Bundle(pem) => {
            let none = || refused("the CA bundle holds no certificate in PEM").hint("--ca-file FILE");
            let certificates = Certificate::from_pem_bundle(pem).map_err(|_| none())?;
            if certificates.is_empty() {
                return Err(none());
            }
            builder.tls_certs_only(certificates)
        }
    };
    builder.build().map_err(|_| {
        outside("no certificates of authorities are on this machine, so no server can be trusted")
            .hint("--ca-file FILE")
    })
}

/// Sends a request and returns what was said, or why nothing was.
pub(super) async fn send(client: &Client, request: Request, end: Instant) -> Said {
    whole(client, request, end, BODY_MAX).await.0
}

/// Sends a request and returns what was said, or why nothing was, and the body, of which no more is read than that.
pub(super) async fn whole(client: &Client, request: Request, end: Instant, most: usize) -> (Said, Vec<u8>) {
    let Request { step, method, url, headers, body, hidden } = request;
    let begun = Instant::now();
    let asked = async {
        let mut response = client.request(method, url).headers(headers).body(body).send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(part) = response.chunk().await? {
            body.extend_from_slice(&part[..part.len().min(most - body.len())]);
            if body.len() >= most {
                break;
            }
        }
        let read = &body[..body.len().min(BODY_MAX)];
        Ok::<_, reqwest::Error>((Said::answered((step, status), &headers, read, &hidden), body))
    };
    let (said, body) = match tokio::time::timeout(left(end), asked).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => (Said::broken(step, &error.without_url()), Vec::new()),
        Err(_) => (Said::late(step), Vec::new()),
    };
    (said.after(begun.elapsed()), body)
}

//! What lies in a place: the keys that start with a text, each with its size, page by page. A signed read and nothing else.
//! Must never hand on half a list as a whole one, nor take what an answer says of a key for more than a name.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use reqwest::Client;

use super::reach::left;
use super::request::{Request, Signer};
use super::send::client;
use super::{Keys, Place, Trust};
use crate::model::live::{Reason, Trouble};

/// How many pages are read; a page holds a thousand keys.
const PAGES: usize = 1000;
/// How much of a page is read.
const PAGE_MAX: usize = 8 << 20;

/// An object in a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its key.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
}

/// One page of a list.
#[derive(Debug, PartialEq, Eq)]
struct Page {
    /// The objects in it.
    objects: Vec<Stored>,
    /// What asks for the next page.
    next: Option<String>,
}

/// Returns the objects of a bucket whose keys start with a text.
///
/// # Errors
/// Says why nobody knows: who may not list, what does not answer.
pub fn list(
    place: &Place,
    keys: &Keys,
    start: &str,
    (deadline, now): (Duration, Timestamp),
) -> Result<Vec<Stored>, Trouble> {
    // A key goes to nobody who only might be the server.
    if let Trust::Unread { secret, key } = &place.trust
        && place.is_encrypted()
    {
        let fact = format!("the certificates in key `{key}` of Secret `{secret}` were not read");
        return Err(Trouble::new(Reason::NotAsked, fact).hint("--ca-file FILE"));
    }
    let unusable =
        |failure: crate::failure::Failure| Trouble { reason: Reason::Rejected, fact: failure.fact, hint: failure.hint };
    let (client, signer) = (client(place).map_err(unusable)?, Signer::new(place, Some(keys), now).map_err(unusable)?);
    let no_runtime = |error| Trouble::new(Reason::CannotTell, format!("no runtime for the list: {error}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(no_runtime)?;
    let listed = runtime.block_on(pages(&client, &signer, start, Instant::now() + deadline));
    // A resolver that hangs must not hold the answer.
    runtime.shutdown_background();
    listed
}

/// Reads all pages.
async fn pages(client: &Client, signer: &Signer, start: &str, end: Instant) -> Result<Vec<Stored>, Trouble> {
    let (mut objects, mut next): (Vec<Stored>, Option<String>) = (Vec::new(), None);
    for _ in 0..PAGES {
        let request = signer.list(start, next.as_deref());
        let late = |_| Trouble::new(Reason::TimedOut, "the storage gave no whole list in time");
        let page = tokio::time::timeout(left(end), page(client, request)).await.map_err(late)??;
        objects.extend(page.objects);
        match page.next {
            None => return Ok(objects),
            Some(token) if next.as_ref() == Some(&token) => break,
            Some(token) => next = Some(token),
        }
    }
    Err(Trouble::new(Reason::CannotTell, "the list of the storage has no end"))
}

/// Reads one page.
async fn page(client: &Client, request: Request) -> Result<Page, Trouble> {
    let broken = |error: reqwest::Error| {
        let fact = format!("the storage did not answer: {}", error.without_url());
        Trouble::new(Reason::Unreachable, fact)
    };
    let mut response = client.get(request.url).headers(request.headers).send().await.map_err(broken)?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(broken)? {
        body.extend_from_slice(&part);
        if body.len() > PAGE_MAX {
            return Err(Trouble::new(Reason::CannotTell, "a page of the list is larger than any server makes it"));
        }
    }
    let text = String::from_utf8_lossy(&body);
    if status == 200 {
        return parsed(&text).ok_or_else(|| Trouble::new(Reason::CannotTell, "the answer is no list of a bucket"));
    }
    let code = element(&text, "Code").unwrap_or_else(|| "no code".to_owned());
    let code: String = code.chars().filter(char::is_ascii_alphanumeric).take(60).collect();
    let reason = if status == 403 { Reason::Forbidden } else { Reason::CannotTell };
    let trouble = Trouble::new(reason, format!("the storage refuses to list ({status} {code})"));
    Err(if status == 403 { trouble.hint("allow `s3:ListBucket` on the bucket and its prefix") } else { trouble })
}

/// Returns a body as a page; `None` where it is none.
fn parsed(text: &str) -> Option<Page> {
    if !text.contains("<ListBucketResult") || !text.trim_end().ends_with("</ListBucketResult>") {
        return None;
    }
    let of = |part: &str| {
        let (inside, _) = part.split_once("</Contents>")?;
        Some(Stored { key: element(inside, "Key")?, size: element(inside, "Size")?.trim().parse().ok()? })
    };
    let objects: Option<Vec<Stored>> = text.split("<Contents>").skip(1).map(of).collect();
    let is_cut = element(text, "IsTruncated").is_some_and(|word| word.trim() == "true");
    let next = element(text, "NextContinuationToken");
    // A list that is cut and does not say where it goes on is no whole one.
    if is_cut && next.is_none() { None } else { Some(Page { objects: objects?, next: next.filter(|_| is_cut) }) }
}

/// Returns the text of the first element of a name.
fn element(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    let (inside, _) = rest.split_once(&format!("</{name}>"))?;
    Some(unescaped(inside))
}

/// Returns a text of XML as it is meant.
fn unescaped(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let Some((name, behind)) = after.split_once(';') else { break };
        let number = name.strip_prefix("#x").map(|hex| u32::from_str_radix(hex, 16));
        let number = number.or_else(|| name.strip_prefix('#').map(str::parse));
        let known = [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\'')];
        let c = match number {
            Some(number) => number.ok().and_then(char::from_u32),
            None => known.iter().find(|(known, _)| *known == name).map(|(_, c)| *c),
        };
        out.push(c.unwrap_or(char::REPLACEMENT_CHARACTER));
        rest = behind;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a list with these objects.
    fn body(objects: &[(&str, u64)], more: &str) -> String {
        let object = |(key, size): &(&str, u64)| format!("<Contents><Key>{key}</Key><Size>{size}</Size></Contents>");
        let objects = objects.iter().map(object).collect::<Vec<_>>().concat();
        format!(
            "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3\"><Name>b</Name>{more}{objects}</ListBucketResult>\n"
        )
    }

    #[test]
    fn reads_keys_sizes_and_where_the_list_goes_on() {
        let text = body(&[("a&amp;b/&#x31;", 12), ("c&lt;", 0)], "<IsTruncated>false</IsTruncated>");
        let stored = |key: &str, size| Stored { key: key.to_owned(), size };
        assert_eq!(parsed(&text), Some(Page { objects: vec![stored("a&b/1", 12), stored("c<", 0)], next: None }));
        let more = "<IsTruncated>true</IsTruncated><NextContinuationToken>t=</NextContinuationToken>";
        let next = Some("t=".to_owned());
        assert_eq!(parsed(&body(&[], more)), Some(Page { objects: Vec::new(), next }));
    }

    #[test]
    fn half_a_list_is_none() {
        let whole = body(&[("a", 1)], "");
        for text in [&whole[..whole.len() - 4], "<html>", "", &body(&[], "<IsTruncated>true</IsTruncated>")] {
            assert_eq!(parsed(text), None, "{text}");
        }
        assert_eq!(parsed(&whole.replace("<Size>1</Size>", "<Size>x</Size>")), None);
    }
}

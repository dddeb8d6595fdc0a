//! In which tongue a server answers: that of S3, that of a web page, or none that can be told. Whoever answers at the address of
//! a storage is not the storage for that: a balancer, a console, a login page answer too. Must never take silence for either.

use reqwest::header::HeaderMap;

/// How the headers start that servers of S3 alone send.
const HEADERS: [&str; 2] = ["x-amz-", "x-minio-"];
/// How the documents start that servers of S3 alone send.
const DOCUMENTS: [&str; 2] = ["<ListBucketResult", "<Code>"];

/// In which tongue an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tongue {
    /// That of S3.
    S3,
    /// Another: it has a body that no server of S3 sends.
    Other,
    /// Nothing tells.
    Untold,
}

impl Tongue {
    /// Returns the tongue of an answer.
    pub(super) fn of(status: u16, headers: &HeaderMap, body: &str) -> Self {
        // Who refuses, and who passes on that a server is ill, may stand before a server of S3.
        let is_own = matches!(status, 200..=299 | 404 | 405 | 410);
        if headers.keys().any(|name| HEADERS.iter().any(|start| name.as_str().starts_with(start))) {
            return Self::S3;
        }
        match body {
            _ if DOCUMENTS.iter().any(|document| body.contains(document)) => Self::S3,
            _ if is_own && !body.trim().is_empty() => Self::Other,
            _ => Self::Untold,
        }
    }

    /// Returns whether answers together are of no server of S3: one is in another tongue, and none in that of S3.
    pub(super) fn is_foreign(tongues: impl Iterator<Item = Self> + Clone) -> bool {
        tongues.clone().any(|tongue| tongue == Self::Other) && !tongues.into_iter().any(|tongue| tongue == Self::S3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the tongue of an answer with a header.
    fn tongue(status: u16, header: &'static str, body: &str) -> Tongue {
        let headers = [(reqwest::header::HeaderName::from_static(header), "x".parse().unwrap())];
        Tongue::of(status, &headers.into_iter().collect(), body)
    }

    #[test]
    fn headers_and_documents_tell_a_server_of_s3_from_a_web_page() {
        let page = "<html>not found</html>";
        assert_eq!(tongue(404, "x-amz-request-id", page), Tongue::S3);
        assert_eq!(tongue(404, "server", "<Error><Code>NoSuchBucket</Code></Error>"), Tongue::S3);
        assert_eq!(tongue(200, "server", "<?xml version=\"1.0\"?><ListBucketResult/>"), Tongue::S3);
        assert_eq!([200, 404].map(|status| tongue(status, "server", page)), [Tongue::Other; 2]);
        assert_eq!([302, 400, 403, 502].map(|status| tongue(status, "server", page)), [Tongue::Untold; 4]);
        assert_eq!(tongue(404, "server", " \n"), Tongue::Untold);
    }

    #[test]
    fn one_word_of_s3_outweighs_pages() {
        let is_foreign = |tongues: &[Tongue]| Tongue::is_foreign(tongues.iter().copied());
        assert!(is_foreign(&[Tongue::Other, Tongue::Untold]));
        assert!(!is_foreign(&[Tongue::Other, Tongue::S3]) && !is_foreign(&[Tongue::Untold]) && !is_foreign(&[]));
    }
}

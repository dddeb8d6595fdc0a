//! What of a request must not come back: servers and proxies quote what they were sent. Comes before anything that a server
//! said is written down. Errs on the side of secrets.

use percent_encoding::percent_decode_str;
use secrecy::ExposeSecret as _;

use super::Keys;

/// The shortest text that is hidden: shorter ones stand in any sentence.
const SHORTEST: usize = 4;
/// How often a text may have been encoded.
const ENCODINGS: usize = 3;
/// What stands where something is hidden.
const MASK: &str = "***";

/// What of a request must not come back.
#[derive(Clone, Default)]
pub(super) struct Hidden(Vec<String>);

impl Hidden {
    /// Returns what must not come back of a request that is signed.
    pub(super) fn of(keys: &Keys, signature: &str) -> Self {
        let keys = [Some(&keys.secret), keys.token.as_ref(), Some(&keys.access)];
        let texts = keys.into_iter().flatten().map(|key| key.expose_secret().to_owned());
        Self(texts.chain([signature.to_owned()]).filter(|text| text.len() >= SHORTEST).collect())
    }

    /// Returns whether a text holds what must not come back.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.0.iter().any(|hidden| text.contains(hidden))
    }

    /// Returns a text without it, in whatever form a server quotes it: where it is encoded the text comes back decoded.
    pub(super) fn out_of(&self, text: &str) -> String {
        let (mut text, mut reading) = (self.masked(text), text.to_owned());
        if self.0.is_empty() {
            return text;
        }
        for _ in 0..ENCODINGS {
            reading = decoded(&reading);
            if self.is_in(&reading) {
                text = self.masked(&reading);
            }
        }
        text
    }

    /// Returns a text with what must not come back masked.
    fn masked(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, hidden| text.replace(hidden, MASK))
    }
}

/// Returns a text read once more: escapes of addresses, of JSON and of HTML.
fn decoded(text: &str) -> String {
    let text = percent_decode_str(text).decode_utf8_lossy().into_owned();
    let text = text.replace("\\/", "/").replace("\\u002b", "+").replace("\\u002B", "+").replace("\\u003d", "=");
    [("&#43;", "+"), ("&#x2B;", "+"), ("&#x2b;", "+"), ("&#47;", "/"), ("&#x2F;", "/"), ("&#x2f;", "/"), ("&#61;", "=")]
        .iter()
        .fold(text, |text, (from, to)| text.replace(from, to))
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns what hides the keys of a test.
    fn hidden() -> Hidden {
        let value = |name: &str| {
            let of = [("AWS_ACCESS_KEY_ID", "sesame-key"), ("AWS_SECRET_ACCESS_KEY", "sesame/secret+1")];
            Some(of.iter().find(|(known, _)| *known == name).map_or("sesame+token/==", |(_, value)| value).to_owned())
        };
        Hidden::of(&Keys::named(value, "x").unwrap(), "5e5a3e0123456789")
    }

    #[test]
    fn no_form_of_a_key_comes_back() {
        for text in [
            "key sesame-key, secret sesame/secret+1, token sesame+token/==, signature 5e5a3e0123456789",
            "login?rd=https%3A%2F%2Fm%2Fb%3FX-Amz-Security-Token%3Dsesame%2Btoken%2F%3D%3D%26X-Amz-Signature%3D5e5a3e0123456789",
            "login?rd=X-Amz-Security-Token%253Dsesame%252btoken%252F%253D%253D",
            "{\"token\":\"sesame+token\\/==\"}",
            "<a href=\"?t=sesame&#43;token&#x2F;==\">",
            "sesame%2Fsecret%2B1",
        ] {
            let said = hidden().out_of(text);
            assert!(!said.contains("sesame") && !said.contains("5e5a3e") && said.contains("***"), "{said}");
        }
        assert_eq!(hidden().out_of("100% of a+b"), "100% of a+b");
        assert_eq!(Hidden::default().out_of("a%2Fb"), "a%2Fb");
    }
}

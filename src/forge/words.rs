//! What may be repeated of what a forge says: one line, without control characters, without the token, not too long.
//! Must never let a token through, however the forge quotes it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};

/// How much of a message is kept, in characters.
const LINE: usize = 400;

/// The credentials that were sent.
#[derive(Clone)]
pub(super) struct Masks(Vec<SecretString>);

impl Masks {
    /// Returns the mask of a token, in every form a forge could say it back.
    pub(super) fn of(token: &SecretString) -> Self {
        let plain = token.expose_secret();
        let forms = [plain.to_owned(), STANDARD.encode(plain), plain.escape_debug().to_string()];
        Self(forms.into_iter().filter(|form| !form.is_empty()).map(SecretString::from).collect())
    }

    /// Returns a text as one line, masked and cut.
    pub(super) fn line(&self, text: &str) -> String {
        // Masked before words are put together again: a token holds no white space.
        let masked = self.0.iter().fold(text.to_owned(), |text, form| text.replace(form.expose_secret(), "***"));
        let acts = |c: char| {
            c.is_whitespace()
                || c.is_control()
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
        };
        let words: Vec<&str> = masked.split(acts).filter(|word| !word.is_empty()).collect();
        let line = self.0.iter().fold(words.join(" "), |text, form| text.replace(form.expose_secret(), "***"));
        match line.char_indices().nth(LINE) {
            Some((at, _)) => format!("{}…", &line[..at]),
            None => line,
        }
    }
}

impl fmt::Debug for Masks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Masks")
    }
}

//! A line that is longer than anybody holds: masked window by window, each cut where no secret lies. What comes out is
//! masked as the whole line would be; a secret longer than a window hides the rest of its line.

use super::line::uncoloured;
use super::mask::{HIDDEN, secrets, without};

/// The longest line that is held whole, and the size of a window.
pub(super) const WINDOW: usize = 64 << 10;
/// How much of a window waits for the next one: the name of a secret and the secret stay together. What is told a secret by
/// its end alone, the user of a URL, is longer than this nowhere.
const HELD: usize = 16 << 10;

/// What is known of a line whose end has not come.
#[derive(Debug, Default)]
pub(super) struct Long {
    /// Whether a part of it was given away.
    is_open: bool,
    /// Whether the rest is hidden.
    is_hidden: bool,
}

impl Long {
    /// Returns whether a part of the line was given away.
    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    /// Takes a masked part from a line that is too long, and leaves what comes behind it.
    pub(super) fn part(&mut self, line: &mut Vec<u8>) -> String {
        self.is_open = true;
        if self.is_hidden {
            line.clear();
            return String::new();
        }
        // A character may be cut at the end.
        let whole =
            line.utf8_chunks().last().map_or(0, |last| if last.invalid().len() < 4 { last.invalid().len() } else { 0 });
        let cut_off = line.split_off(line.len() - whole);
        let text = uncoloured(line);
        let found = secrets(&text);
        let mut cut = text.floor_char_boundary(text.len().saturating_sub(HELD));
        for secret in found.iter().rev() {
            let goes_on = secret.at.end == text.len() || secret.at.end > cut;
            cut = if goes_on && secret.told_at < cut { secret.told_at } else { cut };
        }
        if let Some(secret) = found.iter().find(|secret| cut < HELD && secret.at.end > cut) {
            self.is_hidden = true;
            line.clear();
            return format!("{}{HIDDEN}", without(&text[..secret.at.start], &before(&found, secret.at.start)));
        }
        *line = [&text.as_bytes()[cut..], &cut_off].concat();
        without(&text[..cut], &before(&found, cut))
    }

    /// Returns whether the end of the line is hidden, and forgets the line.
    pub(super) fn end(&mut self) -> bool {
        std::mem::take(self).is_hidden
    }
}

/// Returns the secrets that end before an offset.
fn before(found: &[super::mask::Secret], at: usize) -> Vec<super::mask::Secret> {
    found.iter().filter(|secret| secret.at.end <= at).cloned().collect()
}

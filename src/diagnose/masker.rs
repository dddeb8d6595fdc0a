//! A whole log as it may be handed on: line by line in UTF-8, colours off, secrets masked. Keeps one unfinished line,
//! however long the log is. What is saved so is what a diagnosis of the saved evidence reads.

use memchr::memchr;

use super::decode::Decoder;
use super::line::plain;
use super::mask::KeyBlock;

/// The longest line that is kept whole.
const LINE_MAX: usize = 64 << 10;
/// What stands where a line was cut.
const CUT: &str = " … (cut here: the line is longer than 64 KiB)";

/// Masks one log.
pub struct Masker {
    /// What the blocks are written in.
    decoder: Decoder,
    /// The start of a line whose end has not come.
    rest: Vec<u8>,
    /// Whether that line is being dropped from here on.
    is_cut: bool,
    /// Whether the lines are of a private key.
    key: KeyBlock,
}

impl Default for Masker {
    fn default() -> Self {
        Self::new()
    }
}

impl Masker {
    /// Returns a masker of a log that starts.
    pub fn new() -> Self {
        Self { decoder: Decoder::new(), rest: Vec::new(), is_cut: false, key: KeyBlock::default() }
    }

    /// Returns the lines that end in a block.
    pub fn feed(&mut self, block: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.decoder.decode(block, &mut bytes);
        self.lines(&bytes)
    }

    /// Returns the last line, where no break ended it.
    pub fn finish(mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.decoder.finish(&mut bytes);
        let mut out = self.lines(&bytes);
        if !self.rest.is_empty() && !self.is_cut {
            out.extend(self.key.line(&plain(&self.rest)).into_bytes());
        }
        out
    }

    /// Returns the lines that end in bytes, and keeps the start of the next.
    fn lines(&mut self, mut bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        while let Some(end) = memchr(b'\n', bytes) {
            self.part(&bytes[..end], &mut out);
            if !self.is_cut {
                out.extend(self.key.line(&plain(&self.rest)).into_bytes());
            }
            out.push(b'\n');
            self.rest.clear();
            self.is_cut = false;
            bytes = &bytes[end + 1..];
        }
        self.part(bytes, &mut out);
        out
    }

    /// Takes in a part of a line; writes the start of one that is too long, without its last word, which may be half a secret.
    fn part(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        if self.is_cut {
            return;
        }
        let room = LINE_MAX.saturating_sub(self.rest.len());
        self.rest.extend_from_slice(&bytes[..bytes.len().min(room + 1)]);
        if self.rest.len() > LINE_MAX {
            let end = self.rest.iter().rposition(u8::is_ascii_whitespace).unwrap_or(0);
            out.extend(self.key.line(&plain(&self.rest[..end])).into_bytes());
            out.extend(CUT.bytes());
            self.is_cut = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a log masked in blocks of a size.
    fn masked(log: &[u8], size: usize) -> String {
        let mut masker = Masker::new();
        let mut out: Vec<u8> = log.chunks(size).flat_map(|block| masker.feed(block)).collect();
        out.extend(masker.finish());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn keeps_every_line_and_no_secret_however_it_is_cut() {
        let log = b"one\n\n{\"secretKey\\\": \\\"sesame-street\\\"}\n\xff MYSQL_PWD=sesame-street\r\nlast";
        for size in [1, 2, 5, 1000] {
            let text = masked(log, size);
            assert!(!text.contains("sesame"), "{text}");
            assert_eq!((text.lines().count(), text.lines().last()), (5, Some("last")), "{text}");
        }
    }

    #[test]
    fn hides_a_private_key_of_many_lines_and_what_follows_it_not() {
        let log = b"one\n-----BEGIN EC PRIVATE KEY-----\nsesame\nse==\n-----END EC PRIVATE KEY-----\ntwo";
        let text = "one\n-----BEGIN EC PRIVATE KEY-----\n***\n***\n-----END EC PRIVATE KEY-----\ntwo";
        for size in [1, 7, 1000] {
            assert_eq!(masked(log, size), text);
        }
    }

    #[test]
    fn cuts_a_line_without_end_before_its_last_word() {
        let log = [b"a ".repeat(40_000), b"\nnext\n".to_vec()].concat();
        let text = masked(&log, 4096);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].ends_with(CUT) && lines[0].len() < LINE_MAX + 100, "{}", lines[0].len());
        assert_eq!((lines[1], lines.len()), ("next", 2));
        let whole = masked(&[b"password=".to_vec(), b"x".repeat(80_000)].concat(), 4096);
        assert_eq!(whole, CUT);
    }
}

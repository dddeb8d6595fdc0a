//! A whole log as it may be handed on: line by line in UTF-8, colours off, secrets masked. Keeps the end of one
//! unfinished line, however long the log or the line is. What is saved so is what a diagnosis of the saved evidence reads.

use memchr::memchr;

use super::decode::Decoder;
use super::line::bare;
use super::long::{Long, WINDOW};
use super::mask::{Before, masked_line};

/// Masks one log.
pub struct Masker {
    /// What the blocks are written in.
    decoder: Decoder,
    /// The start of a line whose end has not come.
    rest: Vec<u8>,
    /// What of that line was given away already.
    long: Long,
    /// What the lines before say.
    before: Before,
}

impl Default for Masker {
    fn default() -> Self {
        Self::new()
    }
}

impl Masker {
    /// Returns a masker of a log that starts.
    pub fn new() -> Self {
        Self { decoder: Decoder::new(), rest: Vec::new(), long: Long::default(), before: Before::default() }
    }

    /// Returns the lines that end in a block, and what of a long one can be given away.
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
        if !self.rest.is_empty() {
            self.line(&mut out);
        }
        out
    }

    /// Returns the lines that end in bytes, and keeps the start of the next.
    fn lines(&mut self, mut bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        while let Some(end) = memchr(b'\n', bytes) {
            self.part(&bytes[..end], &mut out);
            self.line(&mut out);
            out.push(b'\n');
            bytes = &bytes[end + 1..];
        }
        self.part(bytes, &mut out);
        out
    }

    /// Takes in a part of a line, and gives away what of it is too long.
    fn part(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        for bytes in bytes.chunks(WINDOW) {
            self.rest.extend_from_slice(bytes);
            if self.rest.len() > WINDOW {
                out.extend(self.long.part(&mut self.rest).into_bytes());
            }
        }
    }

    /// Gives away the line that ends here, or its end.
    fn line(&mut self, out: &mut Vec<u8>) {
        let line = bare(&self.rest);
        self.rest.clear();
        let masked = if self.long.is_open() { masked_line(&line) } else { self.before.line(&line) };
        if !self.long.end() {
            out.extend(masked.into_bytes());
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
    fn keeps_a_line_without_end_whole() {
        let log = [b"a ".repeat(100_000), b"MYSQL_PWD=sesame x\nnext\n".to_vec()].concat();
        let want = format!("{}MYSQL_PWD=*** x\nnext\n", "a ".repeat(100_000));
        for size in [999, 70_000, 1 << 20] {
            assert!(masked(&log, size) == want, "{size}");
        }
    }

    #[test]
    fn a_secret_longer_than_what_is_held_hides_the_rest_of_its_line() {
        let log = [b"a password=".to_vec(), b"x".repeat(200_000), b" y\nnext".to_vec()].concat();
        for size in [4096, 1 << 20] {
            assert_eq!(masked(&log, size), "a password=***\nnext");
        }
    }
}

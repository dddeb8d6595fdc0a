//! A log, block by block, into what its lines say. Keeps one unfinished line and a few cited ones, however long the log is; a
//! line is masked whole before anything is cut from it or looked for in it.
//! Must never judge: what lines mean together is for the ranking.

use memchr::{memchr, memchr_iter, memrchr};

use super::decode::Decoder;
use super::evidence::{About, Log};
use super::line::{around, bare, shown, unquoted};
use super::long::{Long, WINDOW};
use super::mask::{Before, masked_line};
use super::matcher::Matcher;
use super::partial;
use super::probe::is_probe;
use super::signature::{Says, Speaker};

/// How much of a piece is looked at again with the next, since a text may lie across the cut.
const OVERLAP: usize = 256;
/// The most of a probe's log that is kept.
const PROBE_MAX: usize = 256 << 10;
/// How the lines start that a probe says of itself.
const OWN: &[u8] = b"probe: ";
/// How the line starts that tells a probe's steps.
const SUMMARY: &str = "probe: summary ";

/// Reads one log.
pub struct Scanner {
    /// What it says.
    log: Log,
    /// What the blocks are written in.
    decoder: Decoder,
    /// The start of a line whose end has not come.
    rest: Vec<u8>,
    /// What of that line was looked at already.
    long: Long,
    /// The end of what was looked at of it.
    tail: String,
    /// The rows that it matches so far.
    matched: Vec<&'static str>,
    /// What the lines before say.
    before: Before,
    /// A probe's own log, whole.
    probe: Vec<u8>,
}

impl Scanner {
    /// Returns a scanner of a log that starts.
    pub fn new(name: impl Into<String>) -> Self {
        Self::about(name, About::default())
    }

    /// Returns a scanner of a log of which it is known what it is about.
    pub fn about(name: impl Into<String>, about: About) -> Self {
        Self {
            log: Log { name: name.into(), about, ..Log::default() },
            decoder: Decoder::new(),
            rest: Vec::new(),
            long: Long::default(),
            tail: String::new(),
            matched: Vec::new(),
            before: Before::default(),
            probe: Vec::new(),
        }
    }

    /// Takes in a block.
    pub fn feed(&mut self, block: &[u8]) {
        self.log.bytes += block.len() as u64;
        if is_probe(&self.log.name) && self.probe.len() < PROBE_MAX {
            self.probe.extend_from_slice(block);
        }
        self.decoder.decode(block, &mut self.rest);
        if self.long.is_open()
            && let Some(end) = memchr(b'\n', &self.rest)
        {
            let rest = self.rest.split_off(end + 1);
            self.end_of_long();
            self.rest = rest;
        }
        if let Some(end) = memrchr(b'\n', &self.rest) {
            let rest = self.rest.split_off(end + 1);
            let lines = std::mem::replace(&mut self.rest, rest);
            self.read(&lines);
        }
        if self.rest.len() > WINDOW {
            let part = self.long.part(&mut self.rest);
            self.part(&part);
        }
    }

    /// Returns what the log says.
    pub fn finish(mut self) -> Log {
        self.decoder.finish(&mut self.rest);
        if self.long.is_open() {
            self.end_of_long();
        }
        let last = std::mem::take(&mut self.rest);
        if !last.is_empty() {
            self.read(&last);
            self.log.lines += 1;
        }
        let probe = String::from_utf8_lossy(&self.probe);
        let summary = probe.lines().rev().find_map(|line| line.strip_prefix(SUMMARY));
        self.log.summary = summary.map(|summary| shown(&masked_line(summary))).unwrap_or_default();
        self.log
    }

    /// Reads whole lines.
    fn read(&mut self, block: &[u8]) {
        let matcher = Matcher::get();
        let (mut number, mut counted, mut from) = (self.log.lines + 1, 0, 0);
        while let Some(at) = matcher.next(block, from) {
            let start = memrchr(b'\n', &block[..at]).map_or(0, |end| end + 1);
            let end = memchr(b'\n', &block[at..]).map_or(block.len(), |end| at + end);
            number += count(&block[counted..start]);
            self.before.skip(&block[counted..start]);
            counted = (end + 1).min(block.len());
            let text = self.before.line(&bare(&block[start..end]));
            self.masked(&text, number);
            self.matched.clear();
            number += 1;
            from = end;
        }
        self.before.skip(&block[counted..]);
        if let Some(at) = matcher.last_progress(block) {
            self.log.progress_at = self.log.lines + 1 + count(&block[..at]);
        }
        self.log.lines += count(block);
    }

    /// Reads the end of a line of which a part was read.
    fn end_of_long(&mut self) {
        let line = bare(&std::mem::take(&mut self.rest));
        if !self.long.end() {
            self.part(&masked_line(&line));
        }
        self.tail.clear();
        self.matched.clear();
        self.log.lines += 1;
    }

    /// Reads a masked part of a line, with the end of the one before, since a text may lie across the cut.
    fn part(&mut self, part: &str) {
        let text = std::mem::take(&mut self.tail) + part;
        let number = self.log.lines + 1;
        if Matcher::get().last_progress(text.as_bytes()).is_some() {
            self.log.progress_at = number;
        }
        self.masked(&text, number);
        text[text.floor_char_boundary(text.len().saturating_sub(OVERLAP))..].clone_into(&mut self.tail);
    }

    /// Reads a masked line: what is found in it when it is masked.
    fn masked(&mut self, line: &str, number: u64) {
        let is_own = is_probe(&self.log.name) && line.as_bytes().starts_with(OWN);
        let line = if line.contains('\\') { masked_line(&unquoted(line)) } else { line.to_owned() };
        let matcher = Matcher::get();
        let Some(at) = matcher.next(line.as_bytes(), 0) else { return };
        let text = around(&line, at);
        let mut rows = matcher.rows(text, if is_own { Speaker::Probe } else { Speaker::Anyone });
        let names_cause = rows.iter().any(|row| matches!(row.says, Says::Cause(..)));
        rows.extend(partial::code(text).filter(|_| !names_cause));
        for signature in rows {
            if !self.matched.contains(&signature.id) {
                self.matched.push(signature.id);
                self.log.take(signature, number, text);
            }
        }
    }
}

/// Returns how many lines end in a block.
fn count(block: &[u8]) -> u64 {
    memchr_iter(b'\n', block).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns what a log says: ids with count, first and last line.
    fn said(text: &[u8], block: usize) -> Vec<(&'static str, u64, u64, u64)> {
        let mut scanner = Scanner::new("x");
        text.chunks(block).for_each(|part| scanner.feed(part));
        let log = scanner.finish();
        log.sightings.iter().map(|seen| (seen.signature.id, seen.count, seen.first, seen.last)).collect()
    }

    #[test]
    fn says_the_same_however_the_log_is_cut() {
        let text = b"a\nb AccessDenied\nc\nfoo NoSuchBucket\nAccess Denied\xff\n\nlast RequestTimeTooSkewed";
        let want = vec![("denied", 2, 2, 5), ("no-such-bucket", 1, 4, 4), ("skewed", 1, 7, 7)];
        for block in [1, 2, 3, 7, 16, 1000] {
            assert_eq!(said(text, block), want, "{block}");
        }
    }

    #[test]
    fn looks_at_a_line_without_end_in_pieces() {
        let mut text = vec![b'x'; 5 << 20];
        text[3_000_000..3_000_012].copy_from_slice(b"AccessDenied");
        assert_eq!(said(&text, 65_536), [("denied", 1, 1, 1)]);
    }

    #[test]
    fn only_a_probe_speaks_of_its_own_steps() {
        let ids = |name: &str, text: &str| {
            let mut scanner = Scanner::new(name);
            scanner.feed(text.as_bytes());
            scanner.finish().sightings.iter().map(|seen| seen.signature.id).collect::<Vec<_>>()
        };
        let words = "probe: every step was answered as it should be, the marker's too";
        let probe = super::super::probe::PROBE;
        assert_eq!(ids(probe, words), ["probe-fine", "probe-rights", "probe-wrote"]);
        assert_eq!(ids("pod.log", words), [""; 0]);
        assert_eq!(ids("pod.log", "probe: keys AccessDenied\n"), ["denied"]);
        // What a server says is quoted behind the step.
        assert_eq!(ids(probe, &format!("list with the key: 200 {words}")), [""; 0]);
    }

    #[test]
    fn knows_the_last_line_that_was_uploaded() {
        let mut scanner = Scanner::new("x");
        scanner.feed(b"successfully uploaded chunk: a\nx\nsuccessfully uploaded chunk: AccessDenied.ibd\ny\n");
        let log = scanner.finish();
        assert_eq!((log.progress_at, log.lines, log.sightings.len()), (3, 4, 0));
    }
}

//! A log on its way in: judged as it comes and, where evidence is saved, written as it is judged, masked. Keeps no log.

use std::fs::File;
use std::io::Write as _;

use anyhow::Context as _;

use crate::diagnose::{About, Log, Masker, Scanner};

/// A log that comes in.
pub(super) struct Taker {
    /// Masks it.
    masker: Masker,
    /// Reads what is masked.
    scanner: Scanner,
    /// Where it is saved.
    file: Option<File>,
    /// Why it could not be.
    failed: Option<std::io::Error>,
}

impl Taker {
    /// Returns what takes a log in.
    pub(super) fn new(name: &str, about: About, file: Option<File>) -> Self {
        Self { masker: Masker::new(), scanner: Scanner::about(name, about), file, failed: None }
    }

    /// Takes in a block.
    pub(super) fn feed(&mut self, block: &[u8]) {
        if self.file.is_none() {
            self.scanner.feed(block);
            return;
        }
        let masked = self.masker.feed(block);
        self.masked(&masked);
    }

    /// Returns what the log says.
    ///
    /// # Errors
    /// Fails where it could not be saved.
    pub(super) fn finish(mut self) -> anyhow::Result<Log> {
        if self.file.is_some() {
            let rest = std::mem::take(&mut self.masker).finish();
            self.masked(&rest);
        }
        match self.failed {
            None => Ok(self.scanner.finish()),
            Some(error) => Err(error).context("failed to save a log"),
        }
    }

    /// Judges and saves what is masked.
    fn masked(&mut self, masked: &[u8]) {
        self.scanner.feed(masked);
        if let Some(file) = &mut self.file {
            self.failed = self.failed.take().or(file.write_all(masked).err());
        }
    }
}

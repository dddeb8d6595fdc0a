//! Logs from files and stdin, block by block: a log of any size is read in the memory of one block.
//! Must never let what is saved differ from what is judged.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::taker::Taker;
use crate::diagnose::{Log, Observed, Spoken};
use crate::failure::refused;
use crate::model::shell::quoted;

/// How much is read at once.
const BLOCK: usize = 256 << 10;
/// How compressed files start, and what reads them.
const PACKED: [(&[u8], &str); 3] =
    [(&[0x1f, 0x8b], "gzip -dc"), (&[0x28, 0xb5, 0x2f, 0xfd], "zstd -dc"), (b"BZh", "bzip2 -dc")];

/// A log that can be read once.
pub(super) struct Input {
    /// What reports call it.
    pub(super) name: String,
    /// Where it comes from.
    from: From,
    /// Which log of a cluster it is.
    pub(super) spoken: Option<Spoken>,
}

/// Where a log comes from.
enum From {
    /// Stdin.
    Stdin,
    /// A file.
    File(PathBuf),
    /// It is here.
    Text(String),
}

impl Input {
    /// Returns the logs that a command line names; `-` is stdin.
    ///
    /// # Errors
    /// Refuses stdin twice.
    pub(super) fn named(paths: &[PathBuf]) -> anyhow::Result<Vec<Self>> {
        let stdin = Path::new("-");
        if paths.iter().filter(|path| *path == stdin).count() > 1 {
            return Err(refused("stdin is named twice").hint("--log -").into());
        }
        let one = |path: &PathBuf| {
            if path == stdin {
                Self { name: "stdin".to_owned(), from: From::Stdin, spoken: None }
            } else {
                Self::file(path.display().to_string(), path.clone())
            }
        };
        Ok(paths.iter().map(one).collect())
    }

    /// Returns the log in a file.
    pub(super) fn file(name: String, path: PathBuf) -> Self {
        Self { name, from: From::File(path), spoken: None }
    }

    /// Returns a log that is here.
    pub(super) fn text(name: &str, text: String) -> Self {
        Self { name: name.to_owned(), from: From::Text(text), spoken: None }
    }

    /// Returns the log, known as one of a cluster.
    pub(super) fn spoken(self, spoken: Option<Spoken>) -> Self {
        Self { spoken, ..self }
    }

    /// Reads the log to its end, giving its blocks away.
    ///
    /// # Errors
    /// Refuses what is no log; fails where it cannot be read, or a block cannot be taken.
    fn read(&self, take: impl FnMut(&[u8]) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let read = || match &self.from {
            From::Stdin => blocks(std::io::stdin().lock(), "-", take),
            From::File(path) => blocks(open(path)?, &path.to_string_lossy(), take),
            From::Text(text) => blocks(text.as_bytes(), "-", take),
        };
        read().with_context(|| format!("failed to read log `{}`", self.name))
    }

    /// Returns what the log says, and saves it to a file where that is wanted.
    ///
    /// # Errors
    /// As [`Self::read`]; fails where it cannot be saved.
    pub(super) fn take(&self, observed: Option<&Observed>, file: Option<File>) -> anyhow::Result<Log> {
        let about = self.spoken.as_ref().zip(observed).map(|(spoken, observed)| observed.about(spoken));
        let mut taker = Taker::new(&self.name, about.unwrap_or_default(), file);
        self.read(|block| {
            taker.feed(block);
            Ok(())
        })?;
        taker.finish()
    }
}

/// Opens a file.
fn open(path: &Path) -> anyhow::Result<File> {
    if !path.exists() {
        return Err(refused("no such file").hint("--log FILE").into());
    }
    if path.is_dir() {
        return Err(refused("it is a folder").hint("--log FILE").into());
    }
    Ok(File::open(path)?)
}

/// Gives away what is read, block by block.
fn blocks(mut input: impl Read, name: &str, mut take: impl FnMut(&[u8]) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut block = vec![0; BLOCK];
    let mut is_first = true;
    loop {
        let length = match input.read(&mut block) {
            Ok(length) => length,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        if length == 0 {
            return Ok(());
        }
        let packed = PACKED.iter().find(|(start, _)| is_first && block[..length].starts_with(start));
        if let Some((_, program)) = packed {
            let hint = format!("{program} {} | leeward diagnose --log -", quoted(name));
            return Err(refused("it is compressed").hint(hint).into());
        }
        is_first = false;
        take(&block[..length])?;
    }
}

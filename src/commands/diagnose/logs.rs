//! Logs from files and stdin, block by block: a log of any size is read in the memory of one block.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::diagnose::{Log, Scanner};
use crate::failure::refused;
use crate::model::shell::quoted;

/// How much is read at once.
const BLOCK: usize = 256 << 10;
/// How compressed files start, and what reads them.
const PACKED: [(&[u8], &str); 3] =
    [(&[0x1f, 0x8b], "gzip -dc"), (&[0x28, 0xb5, 0x2f, 0xfd], "zstd -dc"), (b"BZh", "bzip2 -dc")];

/// Reads logs.
///
/// # Errors
/// Refuses what is no log; fails where one cannot be read.
pub(super) fn read(paths: &[PathBuf]) -> anyhow::Result<Vec<Log>> {
    let stdin = Path::new("-");
    if paths.iter().filter(|path| *path == stdin).count() > 1 {
        return Err(refused("stdin is named twice").hint("--log -").into());
    }
    let one = |path: &PathBuf| -> anyhow::Result<Log> {
        if path == stdin { scan(std::io::stdin().lock(), path) } else { scan(open(path)?, path) }
    };
    paths.iter().map(|path| one(path).with_context(|| format!("failed to read log `{}`", path.display()))).collect()
}

/// Opens a file.
fn open(path: &Path) -> anyhow::Result<std::fs::File> {
    if !path.exists() {
        return Err(refused("no such file").hint("--log FILE").into());
    }
    if path.is_dir() {
        return Err(refused("it is a folder").hint("--log FILE").into());
    }
    Ok(std::fs::File::open(path)?)
}

/// Reads a log to its end.
fn scan(mut input: impl Read, path: &Path) -> anyhow::Result<Log> {
    let name = if path == Path::new("-") { "stdin".to_owned() } else { path.display().to_string() };
    let mut scanner = Scanner::new(name);
    let mut block = vec![0; BLOCK];
    let mut is_first = true;
    loop {
        let length = match input.read(&mut block) {
            Ok(length) => length,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        if length == 0 {
            return Ok(scanner.finish());
        }
        let packed = PACKED.iter().find(|(start, _)| is_first && block[..length].starts_with(start));
        if let Some((_, program)) = packed {
            let hint = format!("{program} {} | leeward diagnose --log -", quoted(&path.to_string_lossy()));
            return Err(refused("it is compressed").hint(hint).into());
        }
        is_first = false;
        scanner.feed(&block[..length]);
    }
}

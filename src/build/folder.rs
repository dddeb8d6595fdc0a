//! A folder of the machine as a tree of files, for `leeward build DIR`. The top is that of the file system, so that a
//! kustomization may name folders beside it.

use std::fs;
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::kustomize::FILE_BYTES;
use crate::kustomize::files::{Entry, Files, ReadError};

/// The files of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Folder;

/// Returns the error of a path.
fn fault(path: &str, error: &io::Error) -> ReadError {
    let reason = if error.kind() == ErrorKind::Other { error.to_string() } else { error.kind().to_string() };
    ReadError { path: format!("/{path}"), reason }
}

/// Returns the path on the machine.
fn absolute(path: &str) -> PathBuf {
    Path::new("/").join(path)
}

/// Returns what lies at a path.
fn entry(path: &Path) -> io::Result<Entry> {
    let kind = fs::symlink_metadata(path)?.file_type();
    if kind.is_symlink() {
        let target = fs::read_link(path)?;
        return Ok(Entry::Link { target: relative(path, &target) });
    }
    Ok(if kind.is_dir() { Entry::Folder } else { Entry::File { id: None } })
}

/// Returns a link's text seen from its folder; an absolute one is led over the top.
fn relative(path: &Path, target: &Path) -> String {
    let text = target.to_string_lossy();
    match text.strip_prefix('/') {
        Some(rest) => "../".repeat(path.components().count().saturating_sub(2)) + rest,
        None => text.into_owned(),
    }
}

/// Returns the bytes of a regular file. A pipe is not even opened: that would wait for a writer. What grows while it is read
/// (or has no size, as below `/proc`) is read to the limit of a file at most.
fn contents(path: &Path) -> io::Result<Vec<u8>> {
    regular(&fs::metadata(path)?)?;
    let file = fs::File::open(path)?;
    regular(&file.metadata()?)?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > FILE_BYTES {
        return Err(io::Error::other(format!("more than {FILE_BYTES} bytes in one file")));
    }
    Ok(bytes)
}

/// Refuses pipes, sockets, devices and folders.
fn regular(metadata: &fs::Metadata) -> io::Result<()> {
    if metadata.is_file() { Ok(()) } else { Err(io::Error::other("not a regular file")) }
}

impl Files for Folder {
    fn entry(&self, path: &str) -> Result<Option<Entry>, ReadError> {
        match entry(&absolute(path)) {
            Ok(entry) => Ok(Some(entry)),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(fault(path, &error)),
        }
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, ReadError> {
        contents(&absolute(path)).map(Arc::from).map_err(|error| fault(path, &error))
    }

    fn list(&self, path: &str) -> Result<Vec<(String, Entry)>, ReadError> {
        let mut names = Vec::new();
        for found in fs::read_dir(absolute(path)).map_err(|error| fault(path, &error))? {
            let found = found.map_err(|error| fault(path, &error))?;
            let entry = entry(&found.path()).map_err(|error| fault(path, &error))?;
            names.push((found.file_name().to_string_lossy().into_owned(), entry));
        }
        names.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(names)
    }

    fn size(&self, path: &str) -> Result<Option<u64>, ReadError> {
        let metadata = fs::metadata(absolute(path)).and_then(|metadata| regular(&metadata).map(|()| metadata));
        metadata.map(|metadata| Some(metadata.len())).map_err(|error| fault(path, &error))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::Command;
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::build::export::Export;
    use crate::build::{Builder, Choice, Extent};
    use crate::kustomize::restrict::Restrictor;
    use crate::model::path::RepoPath;

    /// What is said about a folder, by the built-in builder or by the export for a program, within a time.
    fn said(folder: &Path, choice: Choice) -> String {
        let root = RepoPath::parse(folder.to_str().expect("UTF-8").trim_start_matches('/')).expect("a path");
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let error = match choice {
                Choice::Builtin => {
                    Builder::new(choice, None).build(&Folder, &root, Restrictor::None, Extent::Whole).err()
                }
                _ => Export::of(&Folder, &root).err(),
            };
            sender.send(format!("{:#}", error.expect("it is refused"))).expect("the test waits");
        });
        receiver.recv_timeout(Duration::from_secs(10)).expect("the build ends")
    }

    #[test]
    fn reads_no_pipes_devices_or_endless_files() {
        let made = tempfile::tempdir().unwrap();
        let folder = made.path().canonicalize().unwrap();
        assert!(Command::new("mkfifo").arg(folder.join("pipe")).status().unwrap().success());
        fs::File::create(folder.join("sparse")).unwrap().set_len(1 << 40).unwrap();
        std::os::unix::fs::symlink("/dev/zero", folder.join("zero")).unwrap();
        for (entry, want) in [
            ("pipe", "not a regular file"),
            ("zero", "not a regular file"),
            ("sparse", "passes the limit of 33554432 bytes in one file"),
        ] {
            for text in [format!("resources: [{entry}]"), format!("resources: []\npatches: [{{path: {entry}}}]")] {
                fs::write(folder.join("kustomization.yaml"), &text).unwrap();
                for choice in [Choice::Builtin, Choice::Binary] {
                    let said = said(&folder, choice);
                    assert!(said.contains(want), "{text}, {choice:?}: {said}");
                }
            }
            fs::remove_file(folder.join("kustomization.yaml")).unwrap();
            fs::rename(folder.join(entry), folder.join("kustomization.yaml")).unwrap();
            for choice in [Choice::Builtin, Choice::Binary] {
                let said = said(&folder, choice);
                assert!(said.contains(want), "{entry} as the kustomization, {choice:?}: {said}");
            }
            let read = Folder.read(folder.join("kustomization.yaml").to_str().unwrap());
            assert!(read.is_err(), "{entry}");
            fs::remove_file(folder.join("kustomization.yaml")).unwrap();
        }
    }
}

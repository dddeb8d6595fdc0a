//! One server as a child process: its own process group, its log in a file, ready or explained, and ended by its id on
//! drop, also when a test panics.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::program;
use crate::room::{Room, until};

/// How long a server may take to end before it is killed.
const GRACE: Duration = Duration::from_secs(2);
/// How many bytes of a log a failure shows.
const TAIL: usize = 4000;

/// A running server.
pub(crate) struct Process {
    name: &'static str,
    child: Child,
    log: PathBuf,
    room: Arc<Room>,
}

/// Returns a command of a testbed's program with nothing of the caller's environment but `PATH`, at home in the room.
pub(crate) fn command(room: &Room, program: &str) -> Result<Command, String> {
    let path = program::path(program).ok_or(format!("no program `{program}`: `tests/real/run` builds it"))?;
    Ok(clean(room, path))
}

/// Returns a command with nothing of the caller's environment but `PATH`, at home in the room.
pub(crate) fn clean(room: &Room, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().current_dir(room.path());
    command.env("PATH", search_path()).env("LC_ALL", "C.UTF-8").env("GIT_CONFIG_NOSYSTEM", "1");
    command.env("HOME", room.folder("home")).env("TMPDIR", room.folder("tmp")).env("GIT_TERMINAL_PROMPT", "0");
    command
}

/// Returns the caller's `PATH`.
#[expect(clippy::disallowed_methods, reason = "`git` and its like are the machine's own")]
pub(crate) fn search_path() -> String {
    std::env::var("PATH").unwrap_or_default()
}

impl Process {
    /// Starts a server under a name of its own in this room.
    pub(crate) fn start(room: &Arc<Room>, name: &'static str, mut command: Command) -> Result<Self, String> {
        let log = room.folder("log").join(format!("{name}.log"));
        let file = File::create(&log).map_err(|error| format!("no log for `{name}`: {error}"))?;
        let second = file.try_clone().map_err(|error| format!("no log for `{name}`: {error}"))?;
        command.stdin(Stdio::null()).stdout(file).stderr(second).process_group(0);
        let child = command.spawn().map_err(|error| format!("`{name}` does not start: {error}"))?;
        room.enter(Pid::from_child(&child));
        Ok(Self { name, child, log, room: Arc::clone(room) })
    }

    /// Waits until the server answers.
    ///
    /// # Errors
    /// The end of its log, where it ended or does not answer in time.
    pub(crate) fn ready(
        &mut self,
        within: Duration,
        mut ask: impl FnMut() -> Result<(), String>,
    ) -> Result<(), String> {
        let mut ended = None;
        let child = &mut self.child;
        let answer = until(within, || {
            ended = child.try_wait().map_err(|error| error.to_string())?;
            if ended.is_some() { Ok(()) } else { ask() }
        });
        let why = match (ended, answer) {
            (None, Ok(())) => return Ok(()),
            (Some(status), _) => format!("ended: {status}"),
            (None, Err(why)) => why,
        };
        Err(format!("`{}` is not ready: {why}\n--- the end of its log ---\n{}", self.name, tail(&self.log)))
    }

    /// Says whether it has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Returns the end of its log.
    pub(crate) fn log(&self) -> String {
        tail(&self.log)
    }

    /// Returns the whole lines of its log from a place on, and moves the place behind them.
    pub(crate) fn lines_from(&self, place: &mut u64) -> Result<String, String> {
        let read = || {
            let (mut log, mut bytes) = (File::open(&self.log)?, Vec::new());
            log.seek(SeekFrom::Start(*place))?;
            log.read_to_end(&mut bytes).map(|_| bytes)
        };
        let mut bytes = read().map_err(|error| format!("{}: {error}", self.log.display()))?;
        bytes.truncate(bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1));
        *place += bytes.len() as u64;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Sends a signal to the server and what it started.
    pub(crate) fn signal(&self, signal: Signal) -> Result<(), String> {
        kill_process_group(Pid::from_child(&self.child), signal).map_err(|error| format!("`{}`: {error}", self.name))
    }

    /// Returns its name and the memory it holds, in MiB; what processes share is counted once.
    pub(crate) fn memory(&self) -> (&'static str, u64) {
        let rollup = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", self.child.id())).unwrap_or_default();
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        (self.name, kib.unwrap_or_default() / 1024)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let group = Pid::from_child(&self.child);
        let _gone = kill_process_group(group, Signal::TERM);
        let asked_at = Instant::now();
        while asked_at.elapsed() < GRACE && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(10));
        }
        // The group, not the server alone: `git` and `kustomize` that it started end with it.
        let _gone = kill_process_group(group, Signal::KILL);
        let _status = self.child.wait();
        self.room.leave(group);
    }
}

/// Returns the end of a file, from the start of a line.
fn tail(path: &Path) -> String {
    let text = std::fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let from = text.len().saturating_sub(TAIL);
    let from =
        text.bytes().skip(from).position(|byte| byte == b'\n').filter(|_| from > 0).map_or(0, |at| from + at + 1);
    text[from..].to_owned()
}

//! One run of a program that may hang or leave children: in a process group of its own, which ends with its time. What it
//! prints goes to files without a name, so that a child of it that lives on (a shared ssh connection, a cache of
//! credentials) holds nobody up. Must never read a terminal.

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::Context as _;

/// The most that is read of what a program prints, in bytes.
const OUTPUT_MAX: u64 = 16 << 20;
/// How long a group may take to end by itself once it is told to.
const GRACE: Duration = Duration::from_secs(1);
/// The longest time between two looks at a running program.
const TICK: Duration = Duration::from_millis(20);

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// With 0.
    Success,
    /// With another code, or by a signal.
    Failure,
    /// It was ended when its time was over.
    TimeOver,
}

/// What a program left behind.
#[derive(Debug)]
pub(super) struct Ended {
    /// How it ended.
    pub(super) end: End,
    /// What it printed.
    pub(super) output: String,
    /// What it complained about.
    pub(super) errors: String,
}

/// Runs a command for at most `time`.
///
/// # Errors
/// Fails when it cannot be started.
pub(super) fn run(mut command: Command, time: Duration) -> anyhow::Result<Ended> {
    let (mut output, mut errors) = (unnamed()?, unnamed()?);
    let handle = |file: &File| file.try_clone().context("failed to share a temporary file");
    command.stdin(Stdio::null()).stdout(handle(&output)?).stderr(handle(&errors)?);
    grouped(&mut command);
    let mut child = command.spawn().context("it does not start")?;
    let end = match wait(&mut child, time).context("failed to wait for it")? {
        Some(status) if status.success() => End::Success,
        Some(_) => End::Failure,
        None => {
            stop(&mut child);
            End::TimeOver
        }
    };
    Ok(Ended { end, output: read(&mut output)?, errors: read(&mut errors)? })
}

/// Returns a file that is gone with its last user.
fn unnamed() -> anyhow::Result<File> {
    tempfile::tempfile().context("failed to make a temporary file")
}

/// Reads a file from its start.
fn read(file: &mut File) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    file.rewind()
        .and_then(|()| file.take(OUTPUT_MAX).read_to_end(&mut bytes))
        .context("failed to read what it printed")?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Waits for the end; `None` when the time is over.
fn wait(child: &mut Child, time: Duration) -> std::io::Result<Option<ExitStatus>> {
    let until = Instant::now() + time;
    let mut tick = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(None);
        }
        sleep(tick.min(left));
        tick = (tick * 2).min(TICK);
    }
}

/// Gives a command a process group of its own.
#[cfg(unix)]
fn grouped(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

/// Gives a command a process group of its own.
#[cfg(not(unix))]
fn grouped(_: &mut Command) {}

/// Ends a program and what it started.
#[cfg(unix)]
fn stop(child: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let group = Pid::from_child(child);
    // Each fails only where everything has ended by itself.
    let _ = kill_process_group(group, Signal::TERM);
    drop(wait(child, GRACE));
    let _ = kill_process_group(group, Signal::KILL);
    drop(child.wait());
}

/// Ends a program.
#[cfg(not(unix))]
fn stop(child: &mut Child) {
    // Both fail only where it has ended by itself.
    drop(child.kill());
    drop(child.wait());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a shell that runs a line.
    fn sh(line: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", line]);
        command
    }

    #[test]
    fn tells_how_it_ended_and_what_it_said() {
        let ended = run(sh("echo out; echo err >&2; exit 3"), Duration::from_secs(20)).unwrap();
        assert_eq!((ended.end, ended.output.as_str(), ended.errors.as_str()), (End::Failure, "out\n", "err\n"));
        assert_eq!(run(sh("true"), Duration::from_secs(20)).unwrap().end, End::Success);
        assert!(run(Command::new("/nonexistent/git"), GRACE).is_err());
    }

    #[test]
    fn ends_the_whole_group_when_the_time_is_over() {
        let ended = run(sh("sh -c 'echo $$; exec sleep 600' & wait"), Duration::from_millis(300)).unwrap();
        assert_eq!(ended.end, End::TimeOver);
        let pid: i32 = ended.output.trim().parse().unwrap();
        let until = Instant::now() + Duration::from_secs(5);
        while rustix::process::test_kill_process(rustix::process::Pid::from_raw(pid).unwrap()).is_ok() {
            let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            if state.is_empty() || state.contains(") Z ") {
                break;
            }
            assert!(Instant::now() < until, "the child of the child still runs");
            sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn is_not_held_up_by_a_child_that_keeps_the_streams() {
        let start = Instant::now();
        let ended = run(sh("sleep 20 & echo done"), Duration::from_secs(20)).unwrap();
        assert_eq!((ended.end, ended.output.as_str()), (End::Success, "done\n"));
        assert!(start.elapsed() < Duration::from_secs(10));
    }
}

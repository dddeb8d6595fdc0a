//! Runs a program without network, configuration or input, within a time and an amount of output.

use std::ffi::OsString;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::outside;

/// The most a program may print, in bytes.
const OUTPUT_MAX: u64 = 256 << 20;
/// The most that is kept of its errors, in bytes.
const ERRORS_MAX: u64 = 64 << 10;
/// How often a program that closed its streams is asked whether it ended.
const TICK: Duration = Duration::from_millis(2);

/// What a program left behind.
pub(super) struct Ended {
    /// Whether it ended with 0.
    pub(super) is_success: bool,
    /// What it printed.
    pub(super) output: Vec<u8>,
    /// What it complained about.
    pub(super) errors: String,
}

/// Runs a command to its end.
///
/// # Errors
/// Fails when it cannot be started, does not end in time, or prints without end.
pub(super) fn run(mut command: Command, home: &Path, deadline: Duration) -> anyhow::Result<Ended> {
    isolate(&mut command, home);
    let until = Instant::now() + deadline;
    let mut child = command.spawn().map_err(|error| outside(error.to_string()))?;
    let output = collect(child.stdout.take(), OUTPUT_MAX);
    let errors = collect(child.stderr.take(), ERRORS_MAX);
    let ended = wait(&mut child, &output, &errors, until);
    if ended.is_none() {
        stop(&mut child);
    }
    let (status, output, errors) = ended
        .ok_or_else(|| outside(format!("did not end within {} s", deadline.as_secs_f32())).hint("--timeout 120s"))?;
    if output.len() as u64 > OUTPUT_MAX {
        return Err(outside(format!("printed more than {} MiB", OUTPUT_MAX >> 20)).into());
    }
    if status.code().is_none() {
        return Err(outside(format!("was stopped from outside ({status})")).into());
    }
    Ok(Ended { is_success: status.success(), output, errors: String::from_utf8_lossy(&errors).into_owned() })
}

/// Takes the environment away but for what finding programs needs, and closes every way to the network: transports of
/// git are forbidden, http goes to a proxy that nobody listens on.
fn isolate(command: &mut Command, home: &Path) {
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in ["PATH", "SYSTEMROOT"] {
        if let Some(value) = inherited(name) {
            command.env(name, value);
        }
    }
    let nowhere = "http://127.0.0.1:9";
    for (name, value) in [
        ("GIT_ALLOW_PROTOCOL", "none"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("HTTP_PROXY", nowhere),
        ("HTTPS_PROXY", nowhere),
        ("KUBECONFIG", ""),
        ("LC_ALL", "C"),
    ] {
        command.env(name, value);
    }
    for name in ["HOME", "USERPROFILE", "XDG_CONFIG_HOME", "TMPDIR", "TEMP", "TMP"] {
        command.env(name, home);
    }
}

/// Returns a variable of our own environment.
#[expect(clippy::disallowed_methods, reason = "the program looks for others along PATH; nothing is decided by it")]
fn inherited(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// Reads a stream to its end in a thread of its own, one byte past the limit at most.
fn collect(stream: Option<impl Read + Send + 'static>, limit: u64) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(stream) = stream {
            let mut limited = stream.take(limit + 1);
            // A stream that breaks off ends what was printed; the exit status tells the rest.
            drop(limited.read_to_end(&mut bytes));
        }
        drop(sender.send(bytes));
    });
    receiver
}

/// Waits for both streams and the end; `None` when the time is over.
fn wait(
    child: &mut Child,
    output: &mpsc::Receiver<Vec<u8>>,
    errors: &mpsc::Receiver<Vec<u8>>,
    until: Instant,
) -> Option<(ExitStatus, Vec<u8>, Vec<u8>)> {
    let left = || until.saturating_duration_since(Instant::now());
    let output = output.recv_timeout(left()).ok()?;
    if output.len() as u64 > OUTPUT_MAX {
        // It would print for ever: what it printed is the reason, not the time.
        stop(child);
    }
    let errors = errors.recv_timeout(left()).ok()?;
    loop {
        if let Some(status) = child.try_wait().ok()? {
            return Some((status, output, errors));
        }
        if left().is_zero() {
            return None;
        }
        thread::sleep(TICK);
    }
}

/// Ends a program that ran out of time.
fn stop(child: &mut Child) {
    // Both fail only when it ended by itself in between.
    drop(child.kill());
    drop(child.wait());
}

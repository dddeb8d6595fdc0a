//! The room that processes of one run live in: its folder, its free ports, and the watchdog that empties it when the
//! run itself is killed. Knows nothing of what runs in it.

use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;

/// Reads `+ PID` and `- PID`; when the pipe closes, ends the groups that are left and removes the folder.
const WATCHDOG: &str = r#"
pids=
while read -r sign pid; do
    case $sign in
        +) pids="$pids $pid" ;;
        *) left=; for p in $pids; do [ "$p" = "$pid" ] || left="$left $p"; done; pids=$left ;;
    esac
done
for p in $pids; do kill -s KILL -- "-$p"; done 2>/dev/null
rm -rf "$1"
"#;
/// How long to wait between two questions, at first and at last.
const OFTEN: Duration = Duration::from_millis(50);
const SELDOM: Duration = Duration::from_millis(500);
/// How many numbers were handed out.
static HANDED_OUT: AtomicU16 = AtomicU16::new(0);

/// A folder, and the process groups that have to end with it.
pub(crate) struct Room {
    groups: Mutex<Vec<Pid>>,
    pipe: Mutex<Option<ChildStdin>>,
    watchdog: Mutex<Child>,
    folder: TempDir,
}

impl Room {
    /// Opens an empty room.
    pub(crate) fn open() -> Self {
        let folder = tempfile::Builder::new().prefix("leeward-bed-").tempdir().expect("a folder can be made");
        let mut watchdog = Command::new("sh");
        watchdog.args(["-c", WATCHDOG, "watchdog"]).arg(folder.path()).stdin(Stdio::piped()).process_group(0);
        let mut watchdog = watchdog.spawn().expect("a shell runs");
        let pipe = Mutex::new(watchdog.stdin.take());
        Self { groups: Mutex::default(), pipe, watchdog: Mutex::new(watchdog), folder }
    }

    /// Returns the path of the room's folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Makes a folder in the room and returns its path.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(&path).expect("a folder can be made in the room");
        path
    }

    /// Takes note of a new process group.
    pub(super) fn enter(&self, group: Pid) {
        self.groups.lock().expect("no holder panics").push(group);
        self.tell(&format!("+ {}\n", group.as_raw_nonzero()));
    }

    /// Takes note that a process group has ended.
    pub(super) fn leave(&self, group: Pid) {
        self.groups.lock().expect("no holder panics").retain(|other| *other != group);
        self.tell(&format!("- {}\n", group.as_raw_nonzero()));
    }

    /// Asks everything in the room to end, at once.
    pub(crate) fn ask_all_to_end(&self) {
        for group in self.groups.lock().expect("no holder panics").iter() {
            // One that has ended by itself is what is asked for.
            let _gone = kill_process_group(*group, Signal::TERM);
        }
    }

    /// Writes a line to the watchdog.
    fn tell(&self, line: &str) {
        let mut pipe = self.pipe.lock().expect("no holder panics");
        pipe.as_mut().expect("open until the end").write_all(line.as_bytes()).expect("the watchdog listens");
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.pipe.lock().expect("no holder panics").take();
        let _status = self.watchdog.lock().expect("no holder panics").wait();
    }
}

/// Returns a number that no other caller of this run gets.
pub(crate) fn fresh() -> u16 {
    HANDED_OUT.fetch_add(1, Ordering::Relaxed)
}

/// Returns a port of 127.0.0.1 that nobody listens on, never the same twice. It lies below those that the kernel gives to
/// outgoing connections, and apart from those of another run on the same machine.
pub(crate) fn free_port() -> u16 {
    let apart = u16::try_from(std::process::id() % 100).expect("less than 100") * 100;
    loop {
        let port = 20_000 + apart + fresh();
        assert!(port < 32_000, "no free port is left");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Asks until there is an answer or the time is over, the longer it takes the seldomer; the last refusal is the error.
pub(crate) fn until<T>(within: Duration, mut ask: impl FnMut() -> Result<T, String>) -> Result<T, String> {
    let start = Instant::now();
    loop {
        match ask() {
            Ok(answer) => return Ok(answer),
            Err(why) if start.elapsed() > within => return Err(format!("not within {within:?}: {why}")),
            Err(_) => std::thread::sleep((start.elapsed() / 20).clamp(OFTEN, SELDOM)),
        }
    }
}

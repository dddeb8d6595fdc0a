//! MinIO, asked by `mc`: a server of a test's own, on a port and on drives of its own, which the test may end, start again and
//! break. Knows nothing of what is backed up to it.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::certificate::Pair;
use crate::http::healthy;
use crate::process::{Process, command};
use crate::room::{Room, free_port, until};

/// How long a server may take to answer.
const START: Duration = Duration::from_mins(1);
/// The access key that may do everything.
pub(crate) const ROOT: &str = "leeward-root";
/// Its secret key.
pub(crate) const ROOT_SECRET: &str = "only-on-loopback-1";
/// What lays a server's one drive on a small filesystem of its own; fails where the machine refuses.
const SMALL: &str = r#"mount -t tmpfs -o size=64m none "$DRIVE" && exec "$@""#;

/// A MinIO server, up or down.
pub(crate) struct Minio {
    process: Option<Process>,
    name: &'static str,
    port: u16,
    setup: Setup,
    room: Arc<Room>,
}

/// What a server has beside what every one has.
#[derive(Debug, Clone, Default)]
pub(crate) struct Setup {
    /// What it shows to clients; plain HTTP without.
    pub(crate) certificate: Option<Pair>,
    /// Where it keeps objects.
    pub(crate) drives: Drives,
    /// Variables of its environment, such as `MINIO_SITE_REGION`.
    pub(crate) environment: Vec<(&'static str, String)>,
}

/// Where a server keeps objects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Drives {
    /// In one folder.
    #[default]
    One,
    /// In one folder on a filesystem of 64 MiB, which only the server sees.
    Small,
    /// In four folders that hold each object together.
    Four,
    /// In two folders, and two of another server, which is never there: it waits for that, and says so.
    Missing,
}

/// An object of a bucket: its key and how many bytes it has.
pub(crate) type Object = (String, u64);

impl Minio {
    /// Starts a server under a name that nothing else of the room has; of one drive, without TLS, unless set up otherwise.
    pub(crate) fn start(room: &Arc<Room>, name: &'static str, setup: Setup) -> Result<Self, String> {
        let mut minio = Self { process: None, name, port: free_port(), setup, room: Arc::clone(room) };
        minio.restart()?;
        Ok(minio)
    }

    /// Starts the server again where it was, its objects kept, and waits until it answers.
    pub(crate) fn restart(&mut self) -> Result<(), String> {
        self.stop();
        let mut process = Process::start(&self.room, self.name, self.server()?)?;
        let port = self.port;
        match (&self.setup.certificate, self.setup.drives) {
            (_, Drives::Missing) => process.ready(START, || healthy(port, "/minio/health/live"))?,
            (None, _) => process.ready(START, || healthy(port, "/minio/health/cluster"))?,
            (Some(_), _) => process.ready(START, || self.mc(&["ls", "it"]).map(drop))?,
        }
        self.process = Some(process);
        Ok(())
    }

    /// Ends the server; its objects stay.
    pub(crate) fn stop(&mut self) {
        self.process = None;
    }

    /// Holds the server where it is: it takes connections and answers none.
    pub(crate) fn pause(&self) -> Result<(), String> {
        self.process.as_ref().ok_or("it is down")?.signal(rustix::process::Signal::STOP)
    }

    /// Lets a server go on that is held.
    pub(crate) fn go_on(&self) -> Result<(), String> {
        self.process.as_ref().ok_or("it is down")?.signal(rustix::process::Signal::CONT)
    }

    /// Returns its address: scheme, host and port.
    pub(crate) fn endpoint(&self) -> String {
        let scheme = if self.setup.certificate.is_some() { "https" } else { "http" };
        format!("{scheme}://127.0.0.1:{}", self.port)
    }

    /// Returns its port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Makes a bucket, where there is none of that name.
    pub(crate) fn bucket(&self, name: &str) -> Result<(), String> {
        self.mc(&["mb", "--ignore-existing", &format!("it/{name}")]).map(drop)
    }

    /// Uploads an object.
    pub(crate) fn put(&self, bucket: &str, key: &str, bytes: &[u8]) -> Result<(), String> {
        self.mc_fed(&["pipe", &format!("it/{bucket}/{key}")], bytes).map(drop)
    }

    /// Removes an object.
    pub(crate) fn remove(&self, bucket: &str, key: &str) -> Result<(), String> {
        self.mc(&["rm", &format!("it/{bucket}/{key}")]).map(drop)
    }

    /// Returns what lies in a bucket below a prefix, in the order of the keys, which are whole.
    pub(crate) fn objects(&self, bucket: &str, prefix: &str) -> Result<Vec<Object>, String> {
        let said = self.mc(&["ls", "--recursive", "--json", &format!("it/{bucket}/")])?;
        let object = |line: &str| {
            let value: Value = serde_json::from_str(line).map_err(|error| format!("{line}: {error}"))?;
            let key = value["key"].as_str().ok_or(format!("no key: {line}"))?.to_owned();
            Ok((key, value["size"].as_u64().ok_or(format!("no size: {line}"))?))
        };
        let mut objects = said.lines().map(object).collect::<Result<Vec<Object>, String>>()?;
        objects.retain(|(key, _)| key.starts_with(prefix));
        objects.sort();
        Ok(objects)
    }

    /// Makes a policy of its statements, or one of that name anew.
    pub(crate) fn policy(&self, name: &str, statements: &Value) -> Result<(), String> {
        let file = self.folder("policies").join(format!("{name}.json"));
        let text = serde_json::json!({"Version": "2012-10-17", "Statement": statements}).to_string();
        std::fs::write(&file, text).map_err(|error| error.to_string())?;
        self.mc(&["admin", "policy", "create", "it", name, &file.display().to_string()]).map(drop)
    }

    /// Makes a user that a policy is for, such as `readwrite`.
    pub(crate) fn user(&self, key: &str, secret: &str, policy: &str) -> Result<(), String> {
        self.mc(&["admin", "user", "add", "it", key, secret])?;
        self.mc(&["admin", "policy", "attach", "it", policy, "--user", key]).map(drop)
    }

    /// Runs `mc` as the one who may do everything; the server is called `it`. Returns what it prints.
    pub(crate) fn mc(&self, words: &[&str]) -> Result<String, String> {
        self.mc_fed(words, b"")
    }

    /// Returns `mc`, to whom a key's server is called `it`.
    pub(crate) fn client(&self, key: &str, secret: &str) -> Result<Command, String> {
        let (scheme, rest) = self.endpoint().split_once("://").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        let mut mc = command(&self.room, "mc")?;
        mc.env("MC_HOST_it", format!("{scheme}://{key}:{secret}@{rest}")).env("MC_CONFIG_DIR", self.folder("mc"));
        mc.args(["--quiet", "--disable-pager", "--insecure"]);
        Ok(mc)
    }

    /// Runs `mc` with something to read.
    fn mc_fed(&self, words: &[&str], input: &[u8]) -> Result<String, String> {
        let mut mc = self.client(ROOT, ROOT_SECRET)?;
        mc.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let said = |why: String| format!("mc {}: {why}", words.join(" "));
        let mut child = mc.spawn().map_err(|error| said(error.to_string()))?;
        let written = child.stdin.take().expect("it is piped").write_all(input);
        let output = child.wait_with_output().map_err(|error| said(error.to_string()))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        match (output.status.success(), written) {
            (true, Ok(())) => Ok(text),
            (_, written) => Err(said(format!("{text}{} {written:?}", String::from_utf8_lossy(&output.stderr)))),
        }
    }

    /// Returns a folder of this server.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        self.room.folder(&format!("{}/{name}", self.name))
    }

    /// Returns the folder of a drive, from 1.
    pub(crate) fn drive(&self, number: usize) -> PathBuf {
        self.folder(&format!("drives/{number}"))
    }

    /// Returns the command of the server.
    fn server(&self) -> Result<Command, String> {
        let minio = command(&self.room, "minio")?;
        let mut server = if self.setup.drives == Drives::Small {
            let mut small = crate::process::clean(&self.room, "unshare");
            small.args(["-m", "sh", "-c", SMALL, "sh"]).arg(minio.get_program()).env("DRIVE", self.drive(1));
            small
        } else {
            minio
        };
        let address = format!("127.0.0.1:{}", self.port);
        server.args(["server", "--quiet", "--address", &address, "--certs-dir"]).arg(self.certificates()?);
        server.env("HOME", self.folder("home")).env("MINIO_ROOT_USER", ROOT).env("MINIO_ROOT_PASSWORD", ROOT_SECRET);
        // Folders of one filesystem are taken for drives only by who tests.
        server.env("MINIO_CI_CD", "1").env("MINIO_BROWSER", "off").env("MINIO_UPDATE", "off");
        server.envs(self.setup.environment.iter().map(|(name, value)| (name, value)));
        match self.setup.drives {
            Drives::One | Drives::Small => server.arg(self.drive(1)),
            Drives::Four => server.args((1..=4).map(|number| self.drive(number))),
            Drives::Missing => {
                let peer = free_port();
                // In a container it would wait for an address that is not loopback's.
                server.env("_MINIO_SERVER_LOCAL", &address);
                let at = |port: u16, number| format!("http://127.0.0.1:{port}{}", self.drive(number).display());
                server.args([at(self.port, 1), at(self.port, 2), at(peer, 3), at(peer, 4)])
            }
        };
        Ok(server)
    }

    /// Writes what the server shows to clients, and returns the folder.
    fn certificates(&self) -> Result<PathBuf, String> {
        let folder = self.folder("certificates");
        if let Some(Pair { certificate, key }) = &self.setup.certificate {
            for (file, text) in [("public.crt", certificate), ("private.key", key)] {
                std::fs::write(folder.join(file), text).map_err(|error| error.to_string())?;
            }
        }
        Ok(folder)
    }
}

/// Waits until a server says that it can write, or that it cannot.
pub(crate) fn writable(minio: &Minio, wanted: bool) -> Result<(), String> {
    until(START, || match (healthy(minio.port(), "/minio/health/cluster"), wanted) {
        (Ok(()), true) | (Err(_), false) => Ok(()),
        (other, _) => Err(format!("{other:?}")),
    })
}

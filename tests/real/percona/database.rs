//! A stand-in for the database, as far as the operator asks it: whoever comes may log in, whatever is to be done is done,
//! and the questions on which `ready` depends have an answer. It holds no data. The wire is that of its protocol 4.1
//! ("Client/Server Protocol" in the server's own documentation): plain text, statements without parameters.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

/// The ports by which the operator asks: the administrative one, and everybody's.
pub(super) const PORTS: [u16; 2] = [33062, 3306];
/// What it calls itself: the version of the sample's image.
const VERSION: &str = "8.0.42-33.1";
/// Long passwords, a database on login, protocol 4.1, transactions, passwords as a digest, the plugin by name.
const ABILITIES: u32 = 0x1 | 0x8 | 0x200 | 0x2000 | 0x8000 | 0x8_0000;
/// The end of a part of an answer.
const END: [u8; 5] = [0xfe, 0, 0, 2, 0];
/// That it is done: no rows, no warnings, commits by itself.
const DONE: [u8; 7] = [0, 0, 0, 2, 0, 0, 0];

/// A client.
struct Client {
    stream: TcpStream,
    /// The number of the next packet in this exchange.
    next: u8,
}

/// Answers whoever comes, until the process ends.
pub(super) fn answer(listener: TcpListener) {
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || drop(Client { stream, next: 0 }.serve()));
        }
    });
}

impl Client {
    /// Greets, lets in, and answers until the client goes.
    fn serve(&mut self) -> std::io::Result<()> {
        self.write(&greeting())?;
        let _login = self.read()?;
        self.write(&DONE)?;
        loop {
            let command = self.read()?;
            match command.split_first() {
                Some((0x03, query)) => self.query(&String::from_utf8_lossy(query))?,
                Some((0x01, _)) | None => return Ok(()),
                Some(_) => self.write(&DONE)?,
            }
        }
    }

    /// Answers a statement.
    fn query(&mut self, query: &str) -> std::io::Result<()> {
        let Some(row) = row(query) else { return self.write(&DONE) };
        let columns = row.len().max(1);
        self.write(&[u8::try_from(columns).expect("few")])?;
        for _ in 0..columns {
            self.write(&column())?;
        }
        self.write(&END)?;
        if !row.is_empty() {
            let row: Vec<u8> = row.iter().flat_map(|value| text(value)).collect();
            self.write(&row)?;
        }
        self.write(&END)
    }

    /// Reads a packet.
    fn read(&mut self) -> std::io::Result<Vec<u8>> {
        let mut head = [0; 4];
        self.stream.read_exact(&mut head)?;
        let mut body = vec![0; usize::from(head[0]) | usize::from(head[1]) << 8 | usize::from(head[2]) << 16];
        self.stream.read_exact(&mut body)?;
        self.next = head[3].wrapping_add(1);
        Ok(body)
    }

    /// Writes a packet.
    fn write(&mut self, body: &[u8]) -> std::io::Result<()> {
        let length = u32::try_from(body.len()).expect("short").to_le_bytes();
        self.stream.write_all(&[&length[..3], &[self.next], body].concat())?;
        self.next = self.next.wrapping_add(1);
        Ok(())
    }
}

/// Returns the row that answers a question, an empty one where there is none; `None` for what is no question.
fn row(query: &str) -> Option<Vec<&str>> {
    let query = query.trim();
    let lower = query.to_ascii_lowercase();
    let has = |part: &str| lower.contains(part);
    match () {
        () if has("@@version") => Some(vec![VERSION]),
        () if has("@@hostname") => Some(vec!["db-pxc-0"]),
        () if has("@@read_only") => Some(vec!["0"]),
        () if has("wsrep_local_state_comment") => Some(vec!["wsrep_local_state_comment", "Synced"]),
        () if lower.starts_with("show variables like") => {
            Some(vec![query.split('\'').nth(1).unwrap_or_default(), "ON"])
        }
        () if lower.starts_with("select") || lower.starts_with("show") => Some(Vec::new()),
        () => None,
    }
}

/// Returns the first packet: who this is, and what to mix into the password.
fn greeting() -> Vec<u8> {
    let (low, high) = (ABILITIES.to_le_bytes(), ABILITIES.to_le_bytes());
    let mut packet = vec![10];
    packet.extend(VERSION.bytes());
    packet.extend([0, 1, 0, 0, 0]);
    packet.extend(b"01234567\0");
    // A character set (UTF-8), a state (commits by itself), and how long the mixture is.
    packet.extend([low[0], low[1], 33, 2, 0, high[2], high[3], 21]);
    packet.extend([0; 10]);
    packet.extend(b"890123456789\0mysql_native_password\0");
    packet
}

/// Returns a column of text without a name.
fn column() -> Vec<u8> {
    let mut packet = text("def");
    packet.extend([0, 0, 0, 1, b'c', 0, 0x0c, 33, 0, 0, 1, 0, 0, 0xfd, 0, 0, 0, 0, 0]);
    packet
}

/// Returns a text after its length.
fn text(value: &str) -> Vec<u8> {
    let mut packet = vec![u8::try_from(value.len()).expect("short")];
    packet.extend(value.bytes());
    packet
}

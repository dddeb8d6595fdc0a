//! A way to an API server that a test cuts or holds after so many bytes of answers: what is asked goes through as it is.
//! Knows no TLS and no HTTP; must never end a connection by the clock.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

/// How long a test waits at most until so much was answered.
const PATIENCE: Duration = Duration::from_mins(1);

/// What happens when so many bytes were answered.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Then {
    /// Every connection ends, and no other is answered.
    Cut,
    /// Nothing more comes until the test says that it is lost.
    Hold,
}

/// A way to a server.
pub(super) struct Link {
    /// Where it begins.
    pub(super) port: u16,
    way: Arc<Way>,
}

/// What all connections share.
struct Way {
    server: u16,
    limit: usize,
    then: Then,
    state: Mutex<State>,
    changed: Condvar,
}

/// How it stands.
#[derive(Default)]
struct State {
    answered: usize,
    is_held: bool,
    is_lost: bool,
    is_cut: bool,
    ends: Vec<TcpStream>,
}

impl Link {
    /// Opens a way to a port of 127.0.0.1.
    pub(super) fn open(server: u16, limit: usize, then: Then) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let way = Arc::new(Way { server, limit, then, state: Mutex::default(), changed: Condvar::new() });
        let accepting = Arc::clone(&way);
        // Without the listener, who comes later is refused by the kernel, as on a machine whose server ended.
        thread::spawn(move || while accepting.carry(&listener) {});
        Self { port, way }
    }

    /// Returns how many bytes were answered.
    pub(super) fn answered(&self) -> usize {
        self.way.state.lock().unwrap().answered
    }

    /// Waits until the answers are held.
    pub(super) fn is_held(&self) -> bool {
        let state = self.way.state.lock().unwrap();
        let (state, _) = self.way.changed.wait_timeout_while(state, PATIENCE, |state| !state.is_held).unwrap();
        state.is_held
    }

    /// Loses the answers that are held, and ends their connections.
    pub(super) fn lose(&self) {
        self.way.state.lock().unwrap().is_lost = true;
        self.way.changed.notify_all();
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.lose();
        self.way.cut();
        // The listener waits for one more.
        let _last = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl Way {
    /// Takes one connection; returns whether another may come.
    fn carry(self: &Arc<Self>, listener: &TcpListener) -> bool {
        let Ok((client, _)) = listener.accept() else { return false };
        let Ok(server) = TcpStream::connect(("127.0.0.1", self.server)) else { return false };
        let pair = || Some((client.try_clone().ok()?, server.try_clone().ok()?));
        let (Some((from_client, to_server)), Some(ends)) = (pair(), pair()) else { return false };
        {
            let mut state = self.state.lock().unwrap();
            if state.is_cut {
                return false;
            }
            state.ends.extend([ends.0, ends.1]);
        }
        let way = Arc::clone(self);
        thread::spawn(move || pump(from_client, to_server, <[u8]>::len));
        thread::spawn(move || pump(server, client, |bytes| way.let_through(bytes.len())));
        true
    }

    /// Returns how many of some bytes of an answer may go on, as soon as they may.
    fn let_through(&self, count: usize) -> usize {
        let mut state = self.state.lock().unwrap();
        if state.answered + count <= self.limit {
            state.answered += count;
            return count;
        }
        if self.then == Then::Hold {
            state.is_held = true;
            self.changed.notify_all();
            drop(self.changed.wait_while(state, |state| !state.is_lost).unwrap());
            return 0;
        }
        let rest = self.limit.saturating_sub(state.answered);
        state.answered += rest;
        drop(state);
        self.cut();
        rest
    }

    /// Ends every connection, once what was let through is on its way.
    fn cut(&self) {
        let mut state = self.state.lock().unwrap();
        state.is_cut = true;
        for end in state.ends.drain(..) {
            // One that has ended by itself is what is wanted.
            let _gone = end.shutdown(Shutdown::Both);
        }
    }
}

/// Carries bytes one way until either side ends.
fn pump(mut from: TcpStream, mut to: TcpStream, let_through: impl Fn(&[u8]) -> usize) {
    let mut bytes = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        let allowed = let_through(&bytes[..count]);
        if to.write_all(&bytes[..allowed]).is_err() || allowed < count {
            break;
        }
    }
    for end in [from, to] {
        let _gone = end.shutdown(Shutdown::Both);
    }
}

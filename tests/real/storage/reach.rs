//! Endpoints that nobody answers at: a server that is down, another port, a black hole, a server that hangs, a name without
//! an address.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use super::Case;
use super::case::{BUCKET, KEY};
use crate::bed::Bed;
use crate::minio::{Minio, Setup};
use crate::room::free_port;

/// How many connections fill the queue of a listener that takes none, at most.
const QUEUE: usize = 8;

/// Returns a server with the bucket and the key that may do everything.
pub(super) fn sound(bed: &Bed, name: &'static str, setup: Setup) -> Minio {
    let minio = bed.minio(name, setup);
    minio.bucket(BUCKET).unwrap();
    minio.user(KEY[0], KEY[1], "readwrite").unwrap();
    minio
}

/// Returns a listener whose queue is full, so that nobody is answered, and what fills it.
fn black_hole() -> (TcpListener, Vec<TcpStream>) {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let socket = rustix::net::socket(rustix::net::AddressFamily::INET, rustix::net::SocketType::STREAM, None).unwrap();
    rustix::net::bind(&socket, &any).unwrap();
    rustix::net::listen(&socket, 0).unwrap();
    let listener = TcpListener::from(socket);
    let address = listener.local_addr().unwrap();
    let connect = || TcpStream::connect_timeout(&address, Duration::from_millis(300)).ok();
    let waiting: Vec<TcpStream> = (0..QUEUE).map_while(|_| connect()).collect();
    assert!(waiting.len() < QUEUE, "the queue of a listener has no end here");
    (listener, waiting)
}

pub(crate) fn an_endpoint_that_does_not_answer_calls_for_another_place(bed: &Bed) {
    let mut minio = sound(bed, "storage-reach", Setup::default());
    let said = Case::new(bed, "a sound place", &minio.endpoint()).is("Healthy", "nothing");
    assert!(said.summary().contains("MinIO ok; bucket ok; list ok;"), "{}", said.summary());
    minio.pause().unwrap();
    Case::new(bed, "a server that hangs", &minio.endpoint()).within(2).is("EndpointUnreachable", "failover");
    minio.go_on().unwrap();
    minio.stop();
    let said = Case::new(bed, "a stopped server", &minio.endpoint()).is("EndpointUnreachable", "failover");
    assert_eq!(said.summary(), "name ok (127.0.0.1); connection refused, 3 times, so nothing more was asked");
    let nobody = format!("http://127.0.0.1:{}", free_port());
    Case::new(bed, "the wrong port", &nobody).is("EndpointUnreachable", "failover");
    let (listener, waiting) = black_hole();
    let hole = format!("http://{}", listener.local_addr().unwrap());
    let holes: Vec<_> = (0..5).map(|_| black_hole()).collect();
    let others: Vec<String> = holes.iter().map(|(hole, _)| format!("http://{}", hole.local_addr().unwrap())).collect();
    let said = Case::new(bed, "a black hole", &hole).within(2).is("EndpointUnreachable", "failover");
    assert!(said.summary().contains("timed out"), "{} behind {}", said.summary(), waiting.len());
    // One after the other they would take eighteen seconds.
    let six = Case::new(bed, "six black holes", &hole).beside(&others).within(3);
    six.is("EndpointUnreachable", "failover");
    Case::new(bed, "a name without an address", "http://no-such-host.invalid:9000")
        .within(2)
        .is("DnsFailure", "failover");
    minio.restart().unwrap();
    Case::new(bed, "the server again", &minio.endpoint()).is("Healthy", "nothing");
}

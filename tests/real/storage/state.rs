//! Servers that answer and cannot serve: drives that are gone, other servers that never came.

use super::Case;
use super::reach::sound;
use crate::bed::Bed;
use crate::minio::{Drives, Setup, writable};

pub(crate) fn a_server_that_cannot_serve_is_told_from_one_that_is_starting(bed: &Bed) {
    let of = |drives| Setup { drives, ..Setup::default() };
    let starting = bed.minio("storage-starting", of(Drives::Missing));
    Case::new(bed, "a server that waits for its others", &starting.endpoint()).is("ServerStarting", "wait");
    let four = sound(bed, "storage-four", of(Drives::Four));
    Case::new(bed, "a server of four drives", &four.endpoint()).is("Healthy", "nothing");
    for number in 1..=2 {
        std::fs::remove_dir_all(four.drive(number)).unwrap();
    }
    writable(&four, false).unwrap();
    Case::new(bed, "two drives of four", &four.endpoint()).is("QuorumLost", "failover");
    std::fs::remove_dir_all(four.drive(3)).unwrap();
    Case::new(bed, "one drive of four", &four.endpoint()).is("QuorumLost", "failover");
}

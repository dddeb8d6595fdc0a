//! How long to wait before the network is tried again. Between rounds of a proposal, and before a remote is asked what became
//! of a push.

use std::time::Duration;

/// The pause after the first try; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// Returns how long to wait before a round: nothing before the first, then twice as long each time, and by chance up to
/// half as long again, so that those who wait for each other part.
pub(super) fn pause(round: u32) -> Duration {
    let Some(doublings) = round.checked_sub(1) else { return Duration::ZERO };
    let pause = FIRST_PAUSE * 2_u32.pow(doublings.min(6));
    // Without a source of chance, everybody waits the same time.
    pause + pause * (getrandom::u32().unwrap_or(0) % 64) / 128
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_longer_each_time_and_not_at_first() {
        assert_eq!(pause(0), Duration::ZERO);
        for round in 1..6 {
            let least = FIRST_PAUSE * 2_u32.pow(round - 1);
            assert!((least..least * 3 / 2).contains(&pause(round)));
        }
    }
}

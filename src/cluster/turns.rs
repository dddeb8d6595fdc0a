//! How many of some requests are under way at a time: few at first, because a new connection costs as many ways to the
//! server and back as three requests on one that is open; more once an answer is late.
//! Must never let one request that hangs keep the others waiting.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::sync::Semaphore;
use tokio::time::sleep;

/// How many requests one connection is opened for.
const PER_CONNECTION: usize = 3;
/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_millis(40);

/// The turns of some requests.
pub(super) struct Turns(Semaphore);

impl Turns {
    /// Returns the turns of this many requests.
    pub(super) fn of(requests: usize) -> Self {
        Self(Semaphore::new(requests.div_ceil(PER_CONNECTION)))
    }

    /// Sends a request when it is its turn, or when it has waited for long.
    pub(super) async fn take<T>(&self, request: impl Future<Output = T>) -> T {
        let turn = match select(pin!(self.0.acquire()), pin!(sleep(PATIENCE))).await {
            Either::Left((turn, _)) => turn.ok(),
            Either::Right(_) => None,
        };
        let answer = request.await;
        drop(turn);
        answer
    }
}

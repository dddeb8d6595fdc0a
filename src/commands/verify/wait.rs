//! Looks again until the outcome is sure, or the time is over. Between two looks whatever may change is watched; who may not
//! watch looks again after a while. An API server that is away for some time ends nothing: it is asked again.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::scene::Look;
use crate::report::masked;
use crate::verify::{CheckName, Outcome};

/// How long one look at the API server, one build or one fetch may take.
pub(super) const LOOK: Duration = Duration::from_mins(1);
/// How long a look that the end of the run cuts short may still take: a server that is slow has to be heard once.
const LAST_LOOK: Duration = Duration::from_secs(10);
/// The most that a fetch may take once the remote was heard: what it has is here but for what came since.
const LATER_FETCH: Duration = Duration::from_secs(15);
/// The least: a fetch that the end of the run cuts shorter brings nothing.
const LAST_FETCH: Duration = Duration::from_secs(1);
/// The first pause between two looks; each later one is half as long again.
const FIRST: Duration = Duration::from_secs(1);
/// The longest pause: what cannot be watched (pods, the source) is seen after it.
const LONGEST: Duration = Duration::from_secs(15);
/// The shortest: an object that changes all the time is no reason to ask all the time.
const SHORTEST: Duration = Duration::from_millis(250);
/// How long an API server that was there may be away.
const PATIENCE: Duration = Duration::from_mins(3);

/// The clock of a run.
pub(super) struct Clock {
    /// When it began.
    began: Instant,
    /// The time of day then.
    now: Timestamp,
    /// How long is waited.
    timeout: Duration,
    /// The next pause.
    pause: Duration,
    /// When the API server last answered everything, or first anything at all.
    answered: Option<Instant>,
}

impl Clock {
    /// Starts the clock of a run.
    pub(super) fn start(now: Timestamp, timeout: Duration) -> Self {
        Self { began: Instant::now(), now, timeout, pause: FIRST, answered: None }
    }

    /// Returns the time of day.
    pub(super) fn now(&self) -> Timestamp {
        self.now + self.began.elapsed()
    }

    /// Returns how long the next look may take.
    pub(super) fn look(&self) -> Duration {
        self.left().clamp(LAST_LOOK, LOOK)
    }

    /// Returns how long the next fetch may take.
    pub(super) fn fetch(&self) -> Duration {
        self.left().clamp(LAST_FETCH, LATER_FETCH)
    }

    /// Returns what is left of the time.
    fn left(&self) -> Duration {
        self.timeout.saturating_sub(self.began.elapsed())
    }

    /// Returns how long to wait before the next look; `None` where there is nothing to wait for, or no time left.
    pub(super) fn pause(&mut self, look: &Look, is_fetching: bool) -> Option<Duration> {
        if look.broken.is_none() || look.has_answer && self.answered.is_none() {
            self.answered = Some(Instant::now());
        }
        let left = self.timeout.checked_sub(self.began.elapsed()).filter(|left| !left.is_zero())?;
        if !self.may_change(look, is_fetching) {
            return None;
        }
        let pause = self.pause;
        self.pause = (pause * 3 / 2).min(LONGEST);
        Some(pause.min(left))
    }

    /// Returns whether another look may say something else.
    fn may_change(&self, look: &Look, is_fetching: bool) -> bool {
        match look.verdict.outcome() {
            Outcome::Failed | Outcome::Passed => false,
            // Nobody moves the base of a repository that nobody fetches into.
            Outcome::Waiting => {
                is_fetching
                    || look.verdict.check(CheckName::Merged).is_none_or(|check| check.outcome != Outcome::Waiting)
            }
            Outcome::CannotTell => {
                look.broken.is_some() && self.answered.is_some_and(|answered| answered.elapsed() < PATIENCE)
            }
        }
    }

    /// Begins with short pauses again: something changed.
    pub(super) fn hurry(&mut self) {
        self.pause = FIRST;
    }
}

/// Waits until something that was seen may have changed.
pub(super) fn wait(cluster: &crate::cluster::Cluster, look: &Look, pause: Duration) {
    let shortest = SHORTEST.min(pause);
    cluster.changed(&[], shortest);
    cluster.changed(&look.watched, pause.saturating_sub(shortest));
}

/// Returns what is told of a look while it goes on: the check that is waited for, or how far the backup is.
pub(super) fn told(look: &Look) -> Option<String> {
    let waiting = look.verdict.checks.iter().find(|check| check.outcome == Outcome::Waiting);
    let told = match (waiting, &look.broken) {
        (Some(check), _) if check.name == CheckName::Backup => {
            Some(look.progress.clone().unwrap_or_else(|| check.fact.clone()))
        }
        (Some(check), _) => Some(format!("{}: {}", check.name.word(), check.fact)),
        (None, Some(trouble)) => Some(format!("asking again: {}", trouble.fact)),
        (None, None) => None,
    };
    told.map(|text| masked(&text, &[]))
}

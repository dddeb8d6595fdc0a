//! What is typed, stage by stage, and what has to come of it: the matrix of actions and stages.

use crate::estate::Pitr;

/// What an action means for a cluster, as design.md says it, not as the planner does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Move {
    /// Backups go to new entries of another endpoint.
    Failover,
    /// Backups go to new entries below a storage that the cluster lists.
    Listed,
    /// Backups go to volumes.
    Buffer,
    /// The same Secret gets new content.
    SameSecret,
    /// The entries name another Secret.
    NewSecret,
}

/// A stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The first.
    Protect,
    /// The second.
    Resume,
}

/// What has to come of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A commit.
    Commits,
    /// Exit 3 with a finding of this id.
    Refuses(&'static str),
}

/// One run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    /// The stage.
    pub(crate) stage: Stage,
    /// Arguments beside those of the story.
    pub(crate) args: &'static [&'static str],
    /// What has to come of it.
    pub(crate) outcome: Outcome,
}

/// Runs of one incident in one repository.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Story {
    /// For people.
    pub(crate) name: &'static str,
    /// What happens.
    pub(crate) r#move: Move,
    /// Whether binlogs were collected.
    pub(crate) pitr: Pitr,
    /// Arguments of stage `protect`.
    pub(crate) args: &'static [&'static str],
    /// The runs.
    pub(crate) steps: &'static [Step],
}

/// The first stage is proposed.
const PROTECT: Step = Step { stage: Stage::Protect, args: &[], outcome: Outcome::Commits };
/// The second stage is proposed.
const RESUME: Step =
    Step { stage: Stage::Resume, args: &["--confirmed-backup", "backup-1"], outcome: Outcome::Commits };
/// The second stage is there, and nobody says that a backup succeeded.
const UNCONFIRMED: Step = Step { stage: Stage::Resume, args: &[], outcome: Outcome::Refuses("unconfirmed") };
/// There is no second stage.
const NO_RESUME: Step = Step { outcome: Outcome::Refuses("stage-unknown"), ..RESUME };
/// Volumes hold no binlogs: there is a second stage once backups are on S3.
const NO_BINLOGS: Step = Step { outcome: Outcome::Refuses("buffer-resume"), ..RESUME };
/// The second stage comes before the first.
const TOO_EARLY: Step = Step { outcome: Outcome::Refuses("stage-order"), ..RESUME };
/// Nothing in Git could help.
const NOTHING: Step = Step { outcome: Outcome::Refuses("nothing-to-change"), ..PROTECT };

/// To another endpoint.
const FAILOVER: &[&str] = &["--to", "minio-b"];
/// To a storage that the cluster lists.
const LISTED: &[&str] = &["--to", "archive"];
/// To volumes.
const BUFFER: &[&str] = &["--to", "nas"];
/// New keys under the same name.
const SAME: &[&str] = &["--action", "rotate"];
/// New keys under a new name.
const NEW: &[&str] = &["--action", "rotate", "--credentials-secret", "minio-a-r2"];

/// Every action with every stage, those that do not apply included.
pub(crate) const STORIES: [Story; 10] = [
    story("failover", Move::Failover, Pitr::On, FAILOVER, &[TOO_EARLY, PROTECT, UNCONFIRMED, RESUME]),
    story("failover without binlogs", Move::Failover, Pitr::Off, FAILOVER, &[TOO_EARLY, PROTECT, NO_RESUME]),
    story("failover to a listed storage", Move::Listed, Pitr::On, LISTED, &[PROTECT, UNCONFIRMED, RESUME]),
    story("failover to a listed storage without binlogs", Move::Listed, Pitr::Off, LISTED, &[PROTECT, NO_RESUME]),
    story("buffer", Move::Buffer, Pitr::On, BUFFER, &[PROTECT, NO_BINLOGS]),
    story("buffer without binlogs", Move::Buffer, Pitr::Off, BUFFER, &[PROTECT, NO_RESUME]),
    story("rotate under the same name", Move::SameSecret, Pitr::On, SAME, &[PROTECT, NO_RESUME]),
    story("rotate under the same name without binlogs", Move::SameSecret, Pitr::Off, SAME, &[NOTHING]),
    story("rotate to a new name", Move::NewSecret, Pitr::On, NEW, &[TOO_EARLY, PROTECT, UNCONFIRMED, RESUME]),
    story("rotate to a new name without binlogs", Move::NewSecret, Pitr::Off, NEW, &[PROTECT, NO_RESUME]),
];

/// Returns a story.
const fn story(
    name: &'static str,
    r#move: Move,
    pitr: Pitr,
    args: &'static [&'static str],
    steps: &'static [Step],
) -> Story {
    Story { name, r#move, pitr, args, steps }
}

impl Move {
    /// Returns whether schedules move.
    pub(crate) fn moves_schedules(self) -> bool {
        matches!(self, Self::Failover | Self::Listed | Self::Buffer)
    }
}

impl Story {
    /// Returns the arguments of one of its runs.
    pub(crate) fn arguments(&self, step: &Step) -> Vec<&'static str> {
        let start = ["propose", "--format", "json", "--storage", "minio-a"];
        let action: &[&str] = match self.r#move {
            _ if step.stage == Stage::Protect => self.args,
            Move::SameSecret | Move::NewSecret => SAME,
            Move::Failover | Move::Listed => &["--action", "failover"],
            Move::Buffer => &["--action", "buffer"],
        };
        let stage: &[&str] = if step.stage == Stage::Protect { &[] } else { &["--stage", "resume"] };
        [&start, action, stage, step.args].concat()
    }
}

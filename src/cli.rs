//! The command line as typed: names, flags, help. Every flag is also an environment variable `LEEWARD_<FLAG>`.
//! Scripts depend on these names (design.md "The command line"). Must never resolve anything: commands do.

mod build;
mod combine;
mod diagnose;
mod preview;
mod probe;
mod publish;
mod recovery;
mod status;
mod verify;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;

pub use build::{BuildArgs, BuilderArg, BuilderArgs, LoadRestrictor};
pub use diagnose::{AccessArgs, DiagnoseArgs, EvidenceArgs, SubjectArgs};
pub use preview::{ChangeArgs, ControllerArg, DryRunArg, LiveArgs, PreviewArgs, SecretsArg};
pub use probe::ProbeArgs;
pub use publish::{CommentArgs, ForgeArg, PipelineArgs, PullArgs, PushArgs};
pub use recovery::{
    ActionArg, Activation, IncidentArgs, LookArgs, PlanArgs, ProposeArgs, RecoveryArgs, RepositoryArgs, SelectionArgs,
    StageArg, TargetArgs,
};
pub use status::{ClockArgs, StatusArgs, StatusForgeArgs, StatusLiveArgs, WhichArgs};
pub use verify::{BackupArgs, ProposalArgs, SecretUse, VerifyArgs, VerifyLiveArgs, WaitArgs};

/// What `--version` prints; `-V` prints the first line.
const VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    "\ncommit   ",
    env!("LEEWARD_COMMIT"),
    "\nbuilder  built in: a subset of kustomize 5.5 to 5.6"
);

/// Keep the backups of Percona XtraDB Cluster flowing when the backup target is gone, by pull request
#[derive(Debug, Parser)]
#[command(name = "leeward", version, long_version = VERSION, propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    pub verb: Verb,
    /// Form of the answer on stdout
    #[arg(long, global = true, value_enum, default_value_t = Format::Text, env = "LEEWARD_FORMAT", hide_env = true)]
    pub format: Format,
    /// When to colour
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, env = "LEEWARD_COLOR", hide_env = true)]
    pub color: Color,
    /// Fix the clock, RFC 3339, so that a run can be repeated byte for byte
    #[arg(long, global = true, env = "LEEWARD_NOW", hide = true)]
    pub now: Option<Timestamp>,
}

/// Form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a person at a terminal
    Text,
    /// For a pull request
    Markdown,
    /// For a program
    Json,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Tell the whole story on a small GitOps repository in a temporary folder
    Demo(DemoArgs),
    /// Print a root as `kustomize build` does
    Build(BuildArgs),
    /// Say from logs what is wrong, on which lines that rests, and what it calls for
    Diagnose(Box<DiagnoseArgs>),
    /// Show what a recovery would change, its risks and its files
    Plan(Box<PlanArgs>),
    /// Commit the plan on a branch of its own
    Propose(Box<ProposeArgs>),
    /// Show what merging a change will do to the live cluster
    Preview(Box<PreviewArgs>),
    /// Follow a merged change until a backup succeeded on the new target, and say which check holds
    Verify(Box<VerifyArgs>),
    /// List the open incidents of the repository: where each stands, how much time there is, what to type next
    Status(Box<StatusArgs>),
    /// Print a JSON Schema
    Schema {
        /// Of what
        #[arg(value_enum, default_value_t = SchemaArg::Config)]
        of: SchemaArg,
    },
    /// Print a completion script
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// What a schema is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaArg {
    /// leeward.yaml
    Config,
    /// What `diagnose --format json` prints
    Diagnosis,
    /// What `status --format json` prints
    Status,
    /// What `verify --format json` prints
    Verdict,
}

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Make the repository in this folder, which must be empty or absent
    #[arg(long, env = "LEEWARD_DIR", hide_env = true)]
    pub dir: Option<PathBuf>,
}

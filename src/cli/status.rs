//! The flags of `status`: which incidents, which cluster is looked at, and what only a person knows of time. Must never
//! resolve anything: commands do.

use std::path::PathBuf;

use clap::Args;
use clap::builder::BoolishValueParser;

use super::build::{BuilderArgs, LoadRestrictor};
use super::publish::ForgeArg;

/// Arguments of `status`.
#[derive(Debug, Clone, Args)]
pub struct StatusArgs {
    /// Which incidents
    #[command(flatten)]
    pub which: WhichArgs,
    /// Which cluster
    #[command(flatten)]
    pub live: StatusLiveArgs,
    /// What the forge is asked
    #[command(flatten)]
    pub forge: StatusForgeArgs,
    /// What only a person knows
    #[command(flatten)]
    pub clock: ClockArgs,
    /// Who builds
    #[command(flatten)]
    pub builder: BuilderArgs,
}

/// Which incidents of which repository.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Incidents")]
pub struct WhichArgs {
    /// The GitOps repository, or a folder in it
    #[arg(long, value_name = "DIR", default_value = ".", env = "LEEWARD_REPO", hide_env = true)]
    pub repo: PathBuf,
    /// The revision that changes are merged into [default: the remote's default branch, else the checked-out one]
    #[arg(long, value_name = "REV", env = "LEEWARD_BASE", hide_env = true)]
    pub base: Option<String>,
    /// This incident alone
    #[arg(long, value_name = "ID", env = "LEEWARD_INCIDENT", hide_env = true)]
    pub incident: Option<String>,
    /// Incidents of this cluster alone, repeatable
    #[arg(
        long,
        value_name = "[ROOT:][NAMESPACE/]NAME",
        env = "LEEWARD_CLUSTER",
        hide_env = true,
        value_delimiter = ','
    )]
    pub cluster: Vec<String>,
    /// Which files a kustomization may read [default: none where Flux deploys the root, else root-only]
    #[arg(long, value_enum, env = "LEEWARD_LOAD_RESTRICTOR", hide_env = true)]
    pub load_restrictor: Option<LoadRestrictor>,
}

/// Which cluster is looked at; none unless one of these is given.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Cluster")]
pub struct StatusLiveArgs {
    /// The context of the kubeconfig: shows the cluster's state and its newest Backups too
    #[arg(long, value_name = "NAME", env = "LEEWARD_CONTEXT", hide_env = true)]
    pub context: Option<String>,
    /// The kubeconfig [default: `KUBECONFIG`, else ~/.kube/config]
    #[arg(long, value_name = "FILE", env = "LEEWARD_KUBECONFIG", hide_env = true)]
    pub kubeconfig: Option<PathBuf>,
}

/// What the forge is asked; nothing unless `--pr` is given.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Pull requests")]
pub struct StatusForgeArgs {
    /// Ask the forge for the pull request of each branch
    #[arg(long, value_parser = BoolishValueParser::new(), env = "LEEWARD_PR", hide_env = true)]
    pub pr: bool,
    /// Which forge the remote is [default: found from its address and the pipeline's variables]
    #[arg(long, value_enum, env = "LEEWARD_FORGE", hide_env = true)]
    pub forge: Option<ForgeArg>,
    /// The remote [default: the checked-out branch's, else origin, else the only one]
    #[arg(long, value_name = "NAME", env = "LEEWARD_REMOTE", hide_env = true)]
    pub remote: Option<String>,
}

/// What only a person knows of how much time there is.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Risk clock")]
pub struct ClockArgs {
    /// The bucket's lifecycle rule deletes objects of so many days
    #[arg(long, value_name = "DAYS", env = "LEEWARD_LIFECYCLE_DAYS", hide_env = true, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub lifecycle_days: Option<u32>,
    /// Object lock keeps each object for so many days
    #[arg(long, value_name = "DAYS", env = "LEEWARD_LOCK_DAYS", hide_env = true, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub lock_days: Option<u32>,
    /// What the server says `binlog_expire_logs_seconds` is [default: `spec.pxc.configuration`, else what `MySQL` does]
    #[arg(long, value_name = "SECONDS", env = "LEEWARD_BINLOG_EXPIRE_SECONDS", hide_env = true)]
    pub binlog_expire_seconds: Option<u64>,
}

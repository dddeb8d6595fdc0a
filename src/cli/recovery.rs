//! Arguments of `plan` and `propose`: what to recover, where to, and how. `verify` takes the stage from here.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum};

use super::build::{BuilderArgs, LoadRestrictor};
use super::publish::{PipelineArgs, PullArgs, PushArgs};

/// Arguments of `plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// What to recover
    #[command(flatten)]
    pub recovery: RecoveryArgs,
    /// Write the overlay and the edited files to this folder, which must be empty or absent
    #[arg(long, value_name = "DIR", env = "LEEWARD_OUT", hide_env = true)]
    pub out: Option<PathBuf>,
}

/// Arguments of `propose`.
#[derive(Debug, Args)]
pub struct ProposeArgs {
    /// What to recover
    #[command(flatten)]
    pub recovery: RecoveryArgs,
    /// Sign the commit, whatever git's settings say
    #[arg(long, value_parser = BoolishValueParser::new(), env = "LEEWARD_SIGN", hide_env = true)]
    pub sign: bool,
    /// Do not sign the commit, whatever git's settings say
    #[arg(long, value_parser = BoolishValueParser::new(), env = "LEEWARD_NO_SIGN", hide_env = true)]
    pub no_sign: bool,
    /// Where the commit goes
    #[command(flatten)]
    pub push: PushArgs,
    /// What is asked of the forge
    #[command(flatten)]
    pub pull: PullArgs,
    /// Where a pipeline reads what became of it
    #[command(flatten)]
    pub pipeline: PipelineArgs,
}

/// What to recover, where to, and how: shared by `plan` and `propose`.
#[derive(Debug, Clone, Args)]
pub struct RecoveryArgs {
    /// Which repository
    #[command(flatten)]
    pub repository: RepositoryArgs,
    /// Which clusters
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// Where to
    #[command(flatten)]
    pub target: TargetArgs,
    /// Which incident and stage
    #[command(flatten)]
    pub incident: IncidentArgs,
}

/// Which repository.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Repository")]
pub struct RepositoryArgs {
    /// The GitOps repository, or a folder in it
    #[arg(long, value_name = "DIR", default_value = ".", env = "LEEWARD_REPO", hide_env = true)]
    pub repo: PathBuf,
    /// The revision to start from [default: the remote's default branch, else the checked-out one]
    #[arg(long, value_name = "REV", env = "LEEWARD_BASE", hide_env = true)]
    pub base: Option<String>,
    /// leeward.yaml from this file instead of from the base
    #[arg(long, value_name = "FILE", env = "LEEWARD_CONFIG", hide_env = true)]
    pub config: Option<PathBuf>,
    /// Which files a kustomization may read [default: none where Flux deploys the root, else root-only]
    #[arg(long, value_enum, env = "LEEWARD_LOAD_RESTRICTOR", hide_env = true)]
    pub load_restrictor: Option<LoadRestrictor>,
    /// Give a folder of plain manifests a kustomization; this changes how the controller reads the folder
    #[arg(long, value_parser = BoolishValueParser::new(), env = "LEEWARD_CREATE_KUSTOMIZATION", hide_env = true)]
    pub create_kustomization: bool,
    /// Who builds
    #[command(flatten)]
    pub builder: BuilderArgs,
}

/// Which clusters.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Clusters")]
pub struct SelectionArgs {
    /// A cluster, repeatable
    #[arg(
        long,
        value_name = "[ROOT:][NAMESPACE/]NAME",
        env = "LEEWARD_CLUSTER",
        hide_env = true,
        value_delimiter = ','
    )]
    pub cluster: Vec<String>,
    /// Every cluster that uses the failed place
    #[arg(long, value_parser = BoolishValueParser::new(), env = "LEEWARD_ALL", hide_env = true)]
    pub all: bool,
    /// A cluster to leave out, repeatable
    #[arg(
        long,
        value_name = "[ROOT:][NAMESPACE/]NAME",
        env = "LEEWARD_EXCLUDE",
        hide_env = true,
        value_delimiter = ','
    )]
    pub exclude: Vec<String>,
    /// The storage that failed
    #[arg(long, value_name = "NAME", env = "LEEWARD_STORAGE", hide_env = true)]
    pub storage: Option<String>,
    /// Only that storage, not every storage on its endpoint
    #[arg(long, value_parser = BoolishValueParser::new(), env = "LEEWARD_ONLY_STORAGE", hide_env = true)]
    pub only_storage: bool,
    /// Version of the operator, where neither leeward.yaml nor crVersion says it
    #[arg(long, value_name = "VERSION", env = "LEEWARD_OPERATOR_VERSION", hide_env = true)]
    pub operator_version: Option<String>,
}

/// Where to.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Target")]
pub struct TargetArgs {
    /// A target of leeward.yaml, a storage that the cluster lists, or the name of the inline target below
    #[arg(long, value_name = "TARGET", env = "LEEWARD_TO", hide_env = true)]
    pub to: Option<String>,
    /// Inline S3 target: `https://host[:port]`
    #[arg(long, value_name = "URL", env = "LEEWARD_ENDPOINT", hide_env = true)]
    pub endpoint: Option<String>,
    /// Inline S3 target: bucket
    #[arg(long, env = "LEEWARD_BUCKET", hide_env = true)]
    pub bucket: Option<String>,
    /// Inline S3 target: region
    #[arg(long, env = "LEEWARD_REGION", hide_env = true)]
    pub region: Option<String>,
    /// Inline S3 target: prefix below which each cluster gets its own
    #[arg(long, env = "LEEWARD_PREFIX", hide_env = true)]
    pub prefix: Option<String>,
    /// Inline S3 target, or the new Secret of a rotation; naming it declares that it exists
    #[arg(long, value_name = "NAME", env = "LEEWARD_CREDENTIALS_SECRET", hide_env = true)]
    pub credentials_secret: Option<String>,
    /// Inline S3 target: Secret and key with the CA certificate
    #[arg(long, value_name = "NAME/KEY", env = "LEEWARD_CA_SECRET", hide_env = true)]
    pub ca_secret: Option<String>,
    /// Inline buffer: size of one volume, which holds one backup
    #[arg(long, value_name = "QUANTITY", env = "LEEWARD_SIZE", hide_env = true)]
    pub size: Option<String>,
    /// Inline buffer: `StorageClass` of the volumes
    #[arg(long, value_name = "NAME", env = "LEEWARD_STORAGE_CLASS", hide_env = true)]
    pub storage_class: Option<String>,
    /// How many backups each moved schedule keeps [default: as before, 2 in a buffer]
    #[arg(long, value_name = "COUNT", env = "LEEWARD_RETENTION", hide_env = true, value_parser = clap::value_parser!(u32).range(1..))]
    pub retention: Option<u32>,
}

/// Which incident and stage.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Incident")]
pub struct IncidentArgs {
    /// What to do [default: failover to an S3 target, buffer to a filesystem one]
    #[arg(long, value_enum, env = "LEEWARD_ACTION", hide_env = true)]
    pub action: Option<ActionArg>,
    /// Which stage
    #[arg(long, value_enum, default_value_t = StageArg::Protect, env = "LEEWARD_STAGE", hide_env = true)]
    pub stage: StageArg,
    /// Id of the incident [default: the open one of the same place, else STORAGE-MMDD]
    #[arg(long, value_name = "ID", env = "LEEWARD_INCIDENT", hide_env = true)]
    pub incident: Option<String>,
    /// Why, in words; kept in Git
    #[arg(long, value_name = "TEXT", env = "LEEWARD_REASON", hide_env = true)]
    pub reason: Option<String>,
    /// What `diagnose --format json` printed; its cause and evidence go into Git
    #[arg(long, value_name = "FILE", env = "LEEWARD_DIAGNOSIS", hide_env = true)]
    pub diagnosis: Option<PathBuf>,
    /// The Backup object that succeeded on the target, for stage resume of its one cluster
    #[arg(long, value_name = "NAME", env = "LEEWARD_CONFIRMED_BACKUP", hide_env = true)]
    pub confirmed_backup: Option<String>,
    /// What `verify --verdict-out` wrote: its Backup proves the target, for stage resume; one for each cluster, repeatable
    #[arg(long, value_name = "FILE", env = "LEEWARD_VERDICT", hide_env = true, value_delimiter = ',')]
    pub verdict: Vec<PathBuf>,
    /// The cluster that is looked at for such a Backup; commands that may look fill it in
    #[arg(skip)]
    pub look: Option<LookArgs>,
    /// How the overlay takes effect
    #[arg(long, value_enum, default_value_t = Activation::Auto, env = "LEEWARD_ACTIVATION", hide_env = true)]
    pub activation: Activation,
}

/// Which cluster is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookArgs {
    /// The context of the kubeconfig.
    pub context: Option<String>,
    /// The kubeconfig.
    pub kubeconfig: Option<PathBuf>,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ActionArg {
    /// Backups move to another S3 place
    Failover,
    /// Backups move to volumes
    Buffer,
    /// Keys change, the place stays
    Rotate,
}

/// Which stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StageArg {
    /// Backups flow again
    Protect,
    /// Point-in-time recovery is on again
    Resume,
}

/// How the overlay takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Activation {
    /// The first of the two that proves
    Auto,
    /// A line in `components`
    Component,
    /// The patch appended to `patches`
    Append,
}

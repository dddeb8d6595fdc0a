//! The command line as typed: names, flags, help. Every flag is also an environment variable `LEEWARD_<FLAG>`.
//! Scripts depend on these names (design.md "The command line"). Must never resolve anything: commands do.

mod combine;
mod diagnose;
mod preview;
mod probe;
mod publish;
mod status;
mod verify;

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;

pub use diagnose::{AccessArgs, DiagnoseArgs, EvidenceArgs, SubjectArgs};
pub use preview::{ChangeArgs, ControllerArg, DryRunArg, LiveArgs, PreviewArgs, SecretsArg};
pub use probe::ProbeArgs;
pub use publish::{CommentArgs, ForgeArg, PipelineArgs, PullArgs, PushArgs};
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

/// Arguments of `build`.
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// The folder of the root; with --base, its path in the repository
    #[arg(value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
    /// Build from this revision of the repository instead of from the folder
    #[arg(long, value_name = "REV", env = "LEEWARD_BASE", hide_env = true)]
    pub base: Option<String>,
    /// The GitOps repository, or a folder in it
    #[arg(long, value_name = "REPO", default_value = ".", env = "LEEWARD_REPO", hide_env = true)]
    pub repo: PathBuf,
    /// Which files a kustomization may read
    #[arg(long, value_enum, default_value_t = LoadRestrictor::RootOnly, env = "LEEWARD_LOAD_RESTRICTOR", hide_env = true)]
    pub load_restrictor: LoadRestrictor,
    /// Who builds
    #[command(flatten)]
    pub builder: BuilderArgs,
}

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

/// Who builds.
#[derive(Debug, Clone, Args)]
pub struct BuilderArgs {
    /// Who builds kustomizations
    #[arg(long, value_enum, default_value_t = BuilderArg::Auto, env = "LEEWARD_BUILDER", hide_env = true)]
    pub builder: BuilderArg,
    /// Give up on one run of the program, on reading the cluster, or on one answer of the forge, after so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, env = "LEEWARD_TIMEOUT", hide_env = true, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub timeout: u64,
}

/// Who builds kustomizations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BuilderArg {
    /// The built-in builder; the program `kustomize` or `kubectl` for what that does not support
    Auto,
    /// The built-in builder alone
    Builtin,
    /// The program alone
    Binary,
    /// Both, and any difference is a failure
    Verify,
}

/// Which files a kustomization may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LoadRestrictor {
    /// Files in its own folder and below
    RootOnly,
    /// Files anywhere in the repository
    None,
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

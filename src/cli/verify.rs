//! The flags of `verify`: which proposal, which cluster, what may be written, how long is waited. Must never resolve
//! anything: commands do.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum};

use super::build::{BuilderArg, LoadRestrictor};
use super::publish::{CommentArgs, PipelineArgs};
use super::recovery::StageArg;

/// Arguments of `verify`.
#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    /// Which proposal
    #[command(flatten)]
    pub proposal: ProposalArgs,
    /// Which cluster
    #[command(flatten)]
    pub live: VerifyLiveArgs,
    /// Which backup
    #[command(flatten)]
    pub backup: BackupArgs,
    /// How long
    #[command(flatten)]
    pub wait: WaitArgs,
    /// Where it is shown beside the terminal
    #[command(flatten)]
    pub comment: CommentArgs,
    /// Where a pipeline reads what became of it
    #[command(flatten)]
    pub pipeline: PipelineArgs,
}

/// Which proposal of the repository.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Proposal")]
pub struct ProposalArgs {
    /// Id of the incident [default: the only open one]
    #[arg(long, value_name = "ID", env = "LEEWARD_INCIDENT", hide_env = true)]
    pub incident: Option<String>,
    /// Which stage [default: the one that the base has, else the one that is proposed]
    #[arg(long, value_enum, env = "LEEWARD_STAGE", hide_env = true)]
    pub stage: Option<StageArg>,
    /// The cluster, where the incident has several
    #[arg(long, value_name = "[ROOT:][NAMESPACE/]NAME", env = "LEEWARD_CLUSTER", hide_env = true)]
    pub cluster: Option<String>,
    /// The GitOps repository, or a folder in it
    #[arg(long, value_name = "DIR", default_value = ".", env = "LEEWARD_REPO", hide_env = true)]
    pub repo: PathBuf,
    /// The revision that the change was merged into [default: the remote's default branch, else the checked-out one]
    #[arg(long, value_name = "REV", env = "LEEWARD_BASE", hide_env = true)]
    pub base: Option<String>,
    /// Fetch the base and leeward's branches first, and again while waiting for the merge
    #[arg(long, value_parser = BoolishValueParser::new(), env = "LEEWARD_FETCH", hide_env = true)]
    pub fetch: bool,
    /// Which files a kustomization may read [default: none where Flux deploys the root, else root-only]
    #[arg(long, value_enum, env = "LEEWARD_LOAD_RESTRICTOR", hide_env = true)]
    pub load_restrictor: Option<LoadRestrictor>,
    /// Who builds kustomizations
    #[arg(long, value_enum, default_value_t = BuilderArg::Auto, env = "LEEWARD_BUILDER", hide_env = true)]
    pub builder: BuilderArg,
}

/// Which cluster, and how far it is read.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Cluster")]
pub struct VerifyLiveArgs {
    /// The context of the kubeconfig
    #[arg(long, value_name = "NAME", env = "LEEWARD_CONTEXT", hide_env = true)]
    pub context: Option<String>,
    /// The kubeconfig [default: `KUBECONFIG`, else ~/.kube/config, else the service account of the pod]
    #[arg(long, value_name = "FILE", env = "LEEWARD_KUBECONFIG", hide_env = true)]
    pub kubeconfig: Option<PathBuf>,
    /// How far the Secrets of the storages are read; values are never shown
    #[arg(long, value_enum, default_value_t = SecretUse::None, env = "LEEWARD_SECRETS", hide_env = true)]
    pub secrets: SecretUse,
    /// Version of the operator, where neither leeward.yaml nor crVersion says it
    #[arg(long, value_name = "VERSION", env = "LEEWARD_OPERATOR_VERSION", hide_env = true)]
    pub operator_version: Option<String>,
}

/// How far Secrets are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SecretUse {
    /// Not at all
    None,
    /// That they are there
    Metadata,
    /// Their keys too: to see that none is missing, and to list the objects of the backup
    Values,
}

/// Which backup proves the target.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Backup")]
pub struct BackupArgs {
    /// Make one Backup object on the new storage, unless an earlier run made one that still counts
    #[arg(long, value_parser = BoolishValueParser::new(), env = "LEEWARD_TEST_BACKUP", hide_env = true)]
    pub test_backup: bool,
    /// Follow this Backup object instead
    #[arg(long, value_name = "NAME", env = "LEEWARD_BACKUP", hide_env = true)]
    pub backup: Option<String>,
    /// The storage that the test backup goes to [default: the first one that a moved schedule writes to]
    #[arg(long, value_name = "NAME", env = "LEEWARD_STORAGE", hide_env = true)]
    pub storage: Option<String>,
    /// Keys that list the objects of the backup, from this file [default: the Secret, with --secrets values; else the
    /// variables `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`]
    #[arg(long, value_name = "FILE", env = "LEEWARD_CREDENTIALS", hide_env = true)]
    pub credentials: Option<PathBuf>,
    /// Certificates that the storage is trusted by, in PEM, where its CA is in a Secret that is not read
    #[arg(long, value_name = "FILE", env = "LEEWARD_CA_FILE", hide_env = true)]
    pub ca_file: Option<PathBuf>,
    /// Write restores of this backup and of the newest one of the failed place to this file; none is applied. It replaces a file
    /// of an earlier run and no other one
    #[arg(long, value_name = "FILE", env = "LEEWARD_RESTORE_MANIFEST", hide_env = true)]
    pub restore_manifest: Option<PathBuf>,
}

/// How long is waited, and for what.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Waiting")]
pub struct WaitArgs {
    /// Stop waiting after so many seconds; 0 looks once
    #[arg(long, value_name = "SECONDS", default_value_t = 1800, env = "LEEWARD_TIMEOUT", hide_env = true, value_parser = clap::value_parser!(u64).range(0..=604_800))]
    pub timeout: u64,
    /// Ask the controller to look at Git now: an annotation on its object
    #[arg(long, value_parser = BoolishValueParser::new(), env = "LEEWARD_RECONCILE", hide_env = true)]
    pub reconcile: bool,
    /// Write the verdict as JSON to this file too, for the next stage. It replaces a verdict of an earlier run and no other file
    #[arg(long, value_name = "FILE", env = "LEEWARD_VERDICT_OUT", hide_env = true)]
    pub verdict_out: Option<PathBuf>,
}

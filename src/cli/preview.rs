//! The flags of `preview`: which change, which cluster, how far it is read. Must never resolve anything: commands do.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::build::{BuilderArgs, LoadRestrictor};
use super::publish::{CommentArgs, PipelineArgs};

/// Arguments of `preview`.
#[derive(Debug, Clone, Args)]
pub struct PreviewArgs {
    /// Which change
    #[command(flatten)]
    pub change: ChangeArgs,
    /// Which cluster
    #[command(flatten)]
    pub live: LiveArgs,
    /// Who builds
    #[command(flatten)]
    pub builder: BuilderArgs,
    /// Where it is shown beside the terminal
    #[command(flatten)]
    pub comment: CommentArgs,
    /// Where a pipeline reads what became of it
    #[command(flatten)]
    pub pipeline: PipelineArgs,
}

/// Which change of the repository.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Change")]
pub struct ChangeArgs {
    /// The GitOps repository, or a folder in it
    #[arg(long, value_name = "DIR", default_value = ".", env = "LEEWARD_REPO", hide_env = true)]
    pub repo: PathBuf,
    /// Git before: what this and --head have in common [default: the default branch]
    #[arg(long, value_name = "REV", env = "LEEWARD_BASE", hide_env = true)]
    pub base: Option<String>,
    /// Git after [default: what is checked out]
    #[arg(long, value_name = "REV", env = "LEEWARD_HEAD", hide_env = true)]
    pub head: Option<String>,
    /// Only the roots of this cluster, repeatable [default: every root that changes]
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

/// Which cluster, and how it is read.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Cluster")]
pub struct LiveArgs {
    /// Live objects from this file or folder, or `-`, instead of from the cluster; repeatable. Made with `kubectl get
    /// -o yaml --show-managed-fields`
    #[arg(long, value_name = "PATH", env = "LEEWARD_LIVE", hide_env = true, value_delimiter = ',')]
    pub live: Vec<PathBuf>,
    /// The context of the kubeconfig
    #[arg(long, value_name = "NAME", env = "LEEWARD_CONTEXT", hide_env = true)]
    pub context: Option<String>,
    /// The kubeconfig [default: `KUBECONFIG`, else ~/.kube/config, else the service account of the pod]
    #[arg(long, value_name = "FILE", env = "LEEWARD_KUBECONFIG", hide_env = true)]
    pub kubeconfig: Option<PathBuf>,
    /// What applies Git to the cluster [default: found from the live objects, else from Git]
    #[arg(long, value_enum, env = "LEEWARD_CONTROLLER", hide_env = true)]
    pub controller: Option<ControllerArg>,
    /// Ask the API server too, with the controller's field manager; needs `patch`
    #[arg(long, value_enum, default_value_t = DryRunArg::None, env = "LEEWARD_DRY_RUN", hide_env = true)]
    pub dry_run: DryRunArg,
    /// How far Secrets are read; values are never shown
    #[arg(long, value_enum, default_value_t = SecretsArg::None, env = "LEEWARD_SECRETS", hide_env = true)]
    pub secrets: SecretsArg,
    /// Version of the operator, where the cluster does not serve the schema of its kinds
    #[arg(long, value_name = "VERSION", env = "LEEWARD_OPERATOR_VERSION", hide_env = true)]
    pub operator_version: Option<String>,
}

/// What applies Git to the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ControllerArg {
    /// Argo CD, three-way merge from the last-applied annotation
    Argocd,
    /// Argo CD with ServerSideApply=true
    ArgocdSsa,
    /// Flux
    Flux,
}

/// Whether the API server is asked for a dry run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DryRunArg {
    /// Predict from what `get` shows
    None,
    /// Ask the API server as well, and say where it differs
    Server,
}

/// How far Secrets are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SecretsArg {
    /// Not at all
    None,
    /// That they are there, their labels and annotations
    Metadata,
    /// Their values too, compared by digests with a key of this run
    KeyedDigest,
}

//! The flags of `diagnose`: which evidence, and what the command to type next is about. Must never resolve anything:
//! commands do.

use std::path::PathBuf;

use clap::Args;
use clap::builder::BoolishValueParser;

use super::ProbeArgs;

/// Arguments of `diagnose`.
#[derive(Debug, Clone, Args)]
pub struct DiagnoseArgs {
    /// Which evidence
    #[command(flatten)]
    pub evidence: EvidenceArgs,
    /// Which API server
    #[command(flatten)]
    pub live: AccessArgs,
    /// What is asked from here
    #[command(flatten)]
    pub probe: ProbeArgs,
    /// What the next command is about
    #[command(flatten)]
    pub subject: SubjectArgs,
}

/// Which evidence.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Evidence")]
pub struct EvidenceArgs {
    /// A log of a pod, of the collector of binlogs or of the operator, as `kubectl logs` printed it, or `-`; repeatable
    #[arg(long, value_name = "FILE", env = "LEEWARD_LOG", hide_env = true, value_delimiter = ',')]
    pub log: Vec<PathBuf>,
    /// A folder that --save wrote, repeatable
    #[arg(long, value_name = "DIR", env = "LEEWARD_EVIDENCE", hide_env = true, value_delimiter = ',')]
    pub evidence: Vec<PathBuf>,
    /// Write the evidence, secrets masked, to this folder, which must be empty or absent; --evidence reads it again
    #[arg(long, value_name = "DIR", env = "LEEWARD_SAVE", hide_env = true)]
    pub save: Option<PathBuf>,
}

/// Which API server.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Cluster")]
pub struct AccessArgs {
    /// The context of the kubeconfig. With --log, --evidence or --probe the cluster is asked only where this or
    /// --kubeconfig is typed
    #[arg(long, value_name = "NAME", env = "LEEWARD_CONTEXT", hide_env = true)]
    pub context: Option<String>,
    /// The kubeconfig [default: `KUBECONFIG`, else ~/.kube/config, else the service account of the pod]
    #[arg(long, value_name = "FILE", env = "LEEWARD_KUBECONFIG", hide_env = true)]
    pub kubeconfig: Option<PathBuf>,
    /// Take the keys and CAs of probes from the storages' Secrets in the cluster, each read by its name; values are never shown
    #[arg(long, value_parser = BoolishValueParser::new(), env = "LEEWARD_READ_SECRETS", hide_env = true)]
    pub read_secrets: bool,
}

/// What the question and the next command are about.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Subject")]
pub struct SubjectArgs {
    /// The cluster whose backups fail: its objects and logs are read where nothing else gives evidence. Repeatable for
    /// the next command
    #[arg(
        long,
        value_name = "[ROOT:][NAMESPACE/]NAME",
        env = "LEEWARD_CLUSTER",
        hide_env = true,
        value_delimiter = ','
    )]
    pub cluster: Vec<String>,
    /// The storage that they fail on [default: the one that fails]
    #[arg(long, value_name = "NAME", env = "LEEWARD_STORAGE", hide_env = true)]
    pub storage: Option<String>,
    /// Where backups would move to
    #[arg(long, value_name = "TARGET", env = "LEEWARD_TO", hide_env = true)]
    pub to: Option<String>,
}

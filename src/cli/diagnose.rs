//! The flags of `diagnose`: which evidence, and what the command to type next is about. Must never resolve anything:
//! commands do.

use std::path::PathBuf;

use clap::Args;
use clap::builder::BoolishValueParser;

/// Arguments of `diagnose`.
#[derive(Debug, Clone, Args)]
pub struct DiagnoseArgs {
    /// Which evidence
    #[command(flatten)]
    pub evidence: EvidenceArgs,
    /// Which API server
    #[command(flatten)]
    pub live: AccessArgs,
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
    /// Ask this place from here what a backup would ask, `https://HOST[:PORT]/BUCKET[/PREFIX]`; keys from
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`. Reads alone
    #[arg(long, value_name = "URL", env = "LEEWARD_PROBE", hide_env = true)]
    pub probe: Option<String>,
    /// The region that the probe signs for
    #[arg(long, default_value = "us-east-1", env = "LEEWARD_REGION", hide_env = true)]
    pub region: String,
    /// The probe trusts certificates of this bundle alone, in PEM, as the storage's `caBundle`
    #[arg(long, value_name = "FILE", env = "LEEWARD_CA_FILE", hide_env = true)]
    pub ca_file: Option<PathBuf>,
    /// The probe trusts any certificate, as `verifyTLS: false` does
    #[arg(long, value_parser = BoolishValueParser::new(), env = "LEEWARD_NO_VERIFY_TLS", hide_env = true)]
    pub no_verify_tls: bool,
    /// The cluster and the probe are over after so many seconds each, whatever answers
    #[arg(long, value_name = "SECONDS", default_value_t = 10, env = "LEEWARD_TIMEOUT", hide_env = true, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    pub timeout: u64,
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

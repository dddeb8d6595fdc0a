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
    /// The probe is over after so many seconds, whatever answers
    #[arg(long, value_name = "SECONDS", default_value_t = 10, env = "LEEWARD_TIMEOUT", hide_env = true, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    pub timeout: u64,
    /// A folder that --save wrote, repeatable
    #[arg(long, value_name = "DIR", env = "LEEWARD_EVIDENCE", hide_env = true, value_delimiter = ',')]
    pub evidence: Vec<PathBuf>,
    /// Write the evidence, secrets masked, to this folder, which must be empty or absent; --evidence reads it again
    #[arg(long, value_name = "DIR", env = "LEEWARD_SAVE", hide_env = true)]
    pub save: Option<PathBuf>,
}

/// What the next command is about.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Next command")]
pub struct SubjectArgs {
    /// The cluster whose backups fail, repeatable
    #[arg(
        long,
        value_name = "[ROOT:][NAMESPACE/]NAME",
        env = "LEEWARD_CLUSTER",
        hide_env = true,
        value_delimiter = ','
    )]
    pub cluster: Vec<String>,
    /// The storage that they fail on
    #[arg(long, value_name = "NAME", env = "LEEWARD_STORAGE", hide_env = true)]
    pub storage: Option<String>,
    /// Where backups would move to
    #[arg(long, value_name = "TARGET", env = "LEEWARD_TO", hide_env = true)]
    pub to: Option<String>,
}

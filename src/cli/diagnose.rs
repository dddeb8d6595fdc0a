//! The flags of `diagnose`: which evidence, and what the command to type next is about. Must never resolve anything:
//! commands do.

use std::path::PathBuf;

use clap::Args;

use super::ProbeArgs;

/// Arguments of `diagnose`.
#[derive(Debug, Clone, Args)]
pub struct DiagnoseArgs {
    /// Which evidence
    #[command(flatten)]
    pub evidence: EvidenceArgs,
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

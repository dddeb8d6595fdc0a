//! The flags of a probe: which places are asked from here, with which keys, for how long. Must never resolve anything:
//! commands do.

use std::path::PathBuf;

use clap::Args;
use clap::builder::BoolishValueParser;

/// What is asked from here.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Probe")]
pub struct ProbeArgs {
    /// Ask from here what a backup would ask: this place, `https://HOST[:PORT]/BUCKET[/PREFIX]`, or without a value every S3
    /// storage of --cluster, as the cluster has it, else Git. Reads alone [default: the storages, where --cluster is the only evidence]
    #[arg(
        long,
        value_name = "URL",
        num_args = 0..=1,
        default_missing_value = "",
        env = "LEEWARD_PROBE",
        hide_env = true
    )]
    pub probe: Option<String>,
    /// Ask no storage anything
    #[arg(long, value_parser = BoolishValueParser::new(), env = "LEEWARD_NO_PROBE", hide_env = true)]
    pub no_probe: bool,
    /// Write, read and remove one object of 1 MiB too, `PREFIX/leeward-probe-…`: a full disk, a quota and most policies show no
    /// other way
    #[arg(long, value_parser = BoolishValueParser::new(), env = "LEEWARD_WRITE_PROBE", hide_env = true)]
    pub write_probe: bool,
    /// Keys from this file, of `AWS_ACCESS_KEY_ID=…` lines or as the aws CLI keeps them; of a storage by name, or of the one
    /// that failed; repeatable [default: with --read-secrets its Secret, else the environment's `AWS_ACCESS_KEY_ID`,
    /// `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, of which it is never certain that they are the storage's]
    #[arg(long, value_name = "[STORAGE=]FILE", env = "LEEWARD_CREDENTIALS", hide_env = true, value_delimiter = ',')]
    pub credentials: Vec<String>,
    /// The region that a probe of a URL signs for
    #[arg(long, default_value = "us-east-1", env = "LEEWARD_REGION", hide_env = true)]
    pub region: String,
    /// Trust certificates of this bundle alone, in PEM: what the storage's `caBundle` holds
    #[arg(long, value_name = "FILE", env = "LEEWARD_CA_FILE", hide_env = true)]
    pub ca_file: Option<PathBuf>,
    /// A probe of a URL trusts any certificate, as `verifyTLS: false` does
    #[arg(long, value_parser = BoolishValueParser::new(), env = "LEEWARD_NO_VERIFY_TLS", hide_env = true)]
    pub no_verify_tls: bool,
    /// Cluster and probes together are over after so many seconds, whatever answers
    #[arg(long, value_name = "SECONDS", default_value_t = 10, env = "LEEWARD_TIMEOUT", hide_env = true, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    pub timeout: u64,
    /// The GitOps repository that --cluster is looked for in, or a folder in it
    #[arg(long, value_name = "DIR", default_value = ".", env = "LEEWARD_REPO", hide_env = true)]
    pub repo: PathBuf,
    /// The revision of it [default: the remote's default branch, else the checked-out one]
    #[arg(long, value_name = "REV", env = "LEEWARD_BASE", hide_env = true)]
    pub base: Option<String>,
}

//! Arguments of `build`, and the flags of every verb that builds: who does, and what a kustomization may read.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

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

//! Flags of the way to the remote and its forge, and the files of a pipeline that runs leeward.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum};

/// Where the commit goes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Publish")]
pub struct PushArgs {
    /// Push the branch to the remote
    #[arg(long, value_parser = BoolishValueParser::new(), env = "LEEWARD_PUSH", hide_env = true)]
    pub push: bool,
    /// The remote [default: the checked-out branch's, else origin, else the only one]
    #[arg(long, value_name = "NAME", env = "LEEWARD_REMOTE", hide_env = true)]
    pub remote: Option<String>,
    /// Push the commit to this branch of the remote itself, without a pull request
    #[arg(long, value_name = "BRANCH", env = "LEEWARD_PUSH_TO", hide_env = true)]
    pub push_to: Option<String>,
}

/// What is asked of the forge.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Pull request")]
pub struct PullArgs {
    /// Push, and keep one pull request for the branch; the token comes from the forge's own variable
    #[arg(long, value_parser = BoolishValueParser::new(), env = "LEEWARD_PR", hide_env = true)]
    pub pr: bool,
    /// Which forge the remote is [default: found from its address and the pipeline's variables]
    #[arg(long, value_enum, env = "LEEWARD_FORGE", hide_env = true)]
    pub forge: Option<ForgeArg>,
    /// A label beside `leeward` and `leeward/STAGE`, repeatable
    #[arg(long, value_name = "LABEL", env = "LEEWARD_LABEL", hide_env = true, value_delimiter = ',')]
    pub label: Vec<String>,
    /// A user to ask for a review, on GitHub also ORG/TEAM, repeatable
    #[arg(long, value_name = "USER", env = "LEEWARD_REVIEWER", hide_env = true, value_delimiter = ',')]
    pub reviewer: Vec<String>,
    /// Open the pull request as a draft
    #[arg(long, value_parser = BoolishValueParser::new(), env = "LEEWARD_DRAFT", hide_env = true)]
    pub draft: bool,
    /// Open it again where a person closed it
    #[arg(long, value_parser = BoolishValueParser::new(), env = "LEEWARD_REOPEN", hide_env = true)]
    pub reopen: bool,
    /// Put a preview from these live objects into its text, repeatable
    #[arg(long, value_name = "PATH", env = "LEEWARD_LIVE", hide_env = true, value_delimiter = ',')]
    pub live: Vec<PathBuf>,
    /// Put a preview of the cluster of this context into its text
    #[arg(long, value_name = "NAME", env = "LEEWARD_CONTEXT", hide_env = true)]
    pub context: Option<String>,
    /// Put a preview of the cluster of this kubeconfig into its text
    #[arg(long, value_name = "FILE", env = "LEEWARD_KUBECONFIG", hide_env = true)]
    pub kubeconfig: Option<PathBuf>,
}

/// Where a preview or a verdict is shown beside the terminal.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Pull request")]
pub struct CommentArgs {
    /// Keep the answer as a comment, or one a part, on the pull request
    #[arg(long, value_parser = BoolishValueParser::new(), env = "LEEWARD_COMMENT", hide_env = true)]
    pub comment: bool,
    /// The pull request [default: the one that the pipeline runs for, else that of the branch]
    #[arg(long, value_name = "NUMBER", env = "LEEWARD_PULL_REQUEST", hide_env = true)]
    pub pull_request: Option<u64>,
    /// Which forge the remote is [default: found from its address and the pipeline's variables]
    #[arg(long, value_enum, env = "LEEWARD_FORGE", hide_env = true)]
    pub forge: Option<ForgeArg>,
    /// The remote [default: the checked-out branch's, else origin, else the only one]
    #[arg(long, value_name = "NAME", env = "LEEWARD_REMOTE", hide_env = true)]
    pub remote: Option<String>,
}

/// Which forge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ForgeArg {
    /// GitHub, Enterprise included
    #[value(name = "github")]
    GitHub,
    /// GitLab
    #[value(name = "gitlab")]
    GitLab,
    /// Gitea or Forgejo
    #[value(alias = "forgejo")]
    Gitea,
}

/// The files by which a pipeline's steps tell each other; the pipeline sets the variables.
#[derive(Debug, Clone, Default, Args)]
pub struct PipelineArgs {
    /// Names and values for the next steps
    #[arg(long, env = "GITHUB_OUTPUT", hide = true)]
    pub github_output: Option<PathBuf>,
    /// Markdown for the page of the run
    #[arg(long, env = "GITHUB_STEP_SUMMARY", hide = true)]
    pub github_step_summary: Option<PathBuf>,
    /// Names and values for the next jobs, as GitLab reads them
    #[arg(long, env = "LEEWARD_DOTENV", hide = true)]
    pub dotenv: Option<PathBuf>,
    /// Commands that annotate the page of the run, for the step to print
    #[arg(long, env = "LEEWARD_ANNOTATIONS", hide = true)]
    pub annotations: Option<PathBuf>,
}

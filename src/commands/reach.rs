//! The forge of a remote: found by its address, asked with the token of the environment.
//! Must never fall back to another forge or another token.

use std::time::Duration;

use crate::cli::ForgeArg;
use crate::failure::Failure;
use crate::forge::{Deadlines, Environment, Forge, Kind, Project, Token};
use crate::git::{Remote, Repository};

/// Returns the project that a remote is on its forge.
pub(super) fn project(remote: &Remote<'_>, asked: Option<ForgeArg>) -> Result<Project, Failure> {
    let asked = asked.map(|forge| match forge {
        ForgeArg::GitHub => Kind::GitHub,
        ForgeArg::GitLab => Kind::GitLab,
        ForgeArg::Gitea => Kind::Gitea,
    });
    Project::detect(remote.url(), asked, &Environment::read().surroundings())
}

/// Returns the way to a project's forge, whose answers may each take as long as `--timeout` says; asks nothing yet.
pub(super) fn connect(project: Project, timeout: u64) -> Result<Forge, Failure> {
    let token = Token::choose(&project, &Environment::read())?;
    Forge::connect(project, token, Deadlines::of_calls(Duration::from_secs(timeout)))
}

/// Returns whether the remote that counts is on a forge, as far as its address tells; asks nobody.
pub(super) fn is_on_forge(repository: &Repository) -> bool {
    let url = repository.remote_url().ok().flatten();
    url.is_some_and(|url| Project::detect(&url, None, &Environment::read().surroundings()).is_ok())
}

/// Returns the name of a branch without that of the remote before it.
pub(super) fn bare<'a>(remote: &Remote<'_>, name: &'a str) -> &'a str {
    remote.bare(name)
}

/// Returns an error as a failure of something outside: what was asked for beside the answer did not come about.
pub(super) fn outside(error: &anyhow::Error) -> Failure {
    let failure = crate::failure::outside(super::causes(error).join(": "));
    match crate::failure::hint_of(error) {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

//! The forge: pull requests and comments on GitHub, GitLab, Gitea and Forgejo. The only room that knows their HTTP APIs.
//!
//! Texts come in, what is on the forge comes out. A rerun writes nothing that is there already; what people wrote stays.
//! No async leaves this room: [`Forge`] holds one runtime and waits. Must never send a token to another host, nor let it
//! into an error, a log or an address.

mod body;
mod call;
mod comments;
mod detect;
mod dialect;
mod environment;
mod fault;
mod find;
mod gitea;
mod github;
mod gitlab;
mod keep;
mod patience;
mod pause;
mod pull;
mod remote;
mod repo;
mod token;
mod unsent;
mod wire;
mod words;

use std::cell::OnceCell;

use crate::failure::Failure;
pub use detect::{Kind, Project, Surroundings};
use dialect::{Dialect, Me};
pub use environment::Environment;
use fault::Fault;
use patience::{PATIENCE, Patience};
pub use pull::{
    Author, Commented, Did, Draft, IfClosed, IfMerged, Kept, Marker, Owner, Past, PullRequest, Pushed, Readiness, State,
};
use repo::Repo;
pub use token::Token;
pub use wire::Deadlines;
use wire::Wire;

/// What the marks around leeward's part of a pull request take of its text at most, in bytes.
pub const FRAME: usize = 512;

/// One project on a forge, asked with one token.
pub struct Forge {
    /// The project.
    project: Project,
    /// The token, for hints.
    token: Token,
    /// How it is asked.
    dialect: Box<dyn Dialect>,
    /// How often another run is waited for, and how long first.
    patience: Patience,
    /// Who asks; known after the first call that needs it.
    me: OnceCell<Me>,
}

impl Forge {
    /// Makes the client for a project; asks nothing.
    ///
    /// # Errors
    /// Where the token cannot be sent, or no certificates are on this machine.
    pub fn connect(project: Project, token: Token, deadlines: Deadlines) -> Result<Self, Failure> {
        let wire = Wire::new(&project, &token, deadlines)?;
        let (owner, name) = project.path.split_once('/').unwrap_or(("", &project.path));
        let (owner, name) = (owner.to_owned(), name.to_owned());
        let dialect: Box<dyn Dialect> = match project.kind {
            Kind::GitHub => Box::new(github::GitHub { repo: Repo { wire, owner, name } }),
            Kind::GitLab => Box::new(gitlab::GitLab { wire, path: project.path.clone() }),
            Kind::Gitea => Box::new(gitea::Gitea { repo: Repo { wire, owner, name } }),
        };
        Ok(Self { project, token, dialect, patience: PATIENCE, me: OnceCell::new() })
    }

    /// Returns the project.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// Returns how many bytes leeward's part of a pull request may have.
    pub fn body_room(&self) -> usize {
        self.project.kind.limit() - FRAME
    }

    /// Returns who asks.
    fn me(&self) -> Result<&Me, Fault> {
        if let Some(me) = self.me.get() {
            return Ok(me);
        }
        let me = self.dialect.me()?;
        Ok(self.me.get_or_init(|| me))
    }

    /// Returns a fault as a failure with its hint.
    fn failed(&self, fault: Fault) -> Failure {
        fault.failure(&self.project, &self.token)
    }
}

impl std::fmt::Debug for Forge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Forge").field("project", &self.project).field("token", &self.token).finish_non_exhaustive()
    }
}

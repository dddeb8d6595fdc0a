//! The remote that is pushed to: which one, under which address, and what keeps it from answering.
//! Must never show an address with its user, nor put one among the arguments of a program.

use std::time::Duration;

use anyhow::Context as _;
use git2::Oid;

use super::fault::fault;
use super::open::Repository;
use super::process::{End, Ended};
use super::program::Program;
use super::said::{Masks, without_user};
use crate::failure::{Failure, refused};

/// A remote that is asked and pushed to.
pub struct Remote<'repo> {
    /// The repository.
    pub(super) repository: &'repo Repository,
    /// The program that goes there.
    pub(super) program: Program,
    /// Its name.
    pub(super) name: String,
    /// What git is told to go to: the name, or that of the remote's other address, the one for pushes.
    pub(super) address: String,
    /// Where that is, without a user.
    url: String,
    /// What must not be shown.
    pub(super) masks: Masks,
}

/// What kept a remote from answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// It does not accept who asks, or who it is was not told.
    Denied,
    /// There is no repository at the address.
    Missing,
    /// No connection came about.
    Down,
    /// It broke off, or ended without a word that is known.
    Broken,
    /// The time was over.
    TimeOver,
}

/// A remote that could not be asked, with what was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    /// What kept it.
    pub(super) obstacle: Obstacle,
    /// What was said, as it may be shown.
    pub(super) said: Vec<String>,
}

/// What a remote has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    /// The references that were asked for, by their full names, and `HEAD`.
    pub(super) found: Vec<(String, Oid)>,
    /// The branch that its head names.
    pub(super) head: Option<String>,
}

/// What a remote answered.
pub(super) type Answer<T> = Result<T, Trouble>;

/// What git and ssh say, and what it means; the first that is found counts.
const WORDS: [(&str, Obstacle); 26] = [
    ("authentication failed", Obstacle::Denied),
    ("could not read username", Obstacle::Denied),
    ("could not read password", Obstacle::Denied),
    ("terminal prompts disabled", Obstacle::Denied),
    ("permission denied", Obstacle::Denied),
    ("access denied", Obstacle::Denied),
    ("access to this repository", Obstacle::Denied),
    ("invalid credentials", Obstacle::Denied),
    ("host key verification failed", Obstacle::Denied),
    ("returned error: 401", Obstacle::Denied),
    ("returned error: 403", Obstacle::Denied),
    ("too many authentication failures", Obstacle::Denied),
    ("repository not found", Obstacle::Missing),
    ("' not found", Obstacle::Missing),
    ("returned error: 404", Obstacle::Missing),
    ("does not appear to be a git repository", Obstacle::Missing),
    ("does not exist", Obstacle::Missing),
    ("not valid: is this a git repository", Obstacle::Missing),
    ("could not resolve", Obstacle::Down),
    ("failed to connect", Obstacle::Down),
    ("couldn't connect", Obstacle::Down),
    ("connection refused", Obstacle::Down),
    ("connection timed out", Obstacle::Down),
    ("no route to host", Obstacle::Down),
    ("network is unreachable", Obstacle::Down),
    ("certificate", Obstacle::Down),
];

impl Repository {
    /// Returns the remote of a name, or the one that counts: the checked-out branch's, else `origin`, else the only one.
    /// `time` is how long each call that uses the network may take.
    ///
    /// # Errors
    /// Refuses a name that is no remote's, a choice that cannot be made, and a remote that is pushed to several places;
    /// fails when the `git` program is not there or too old.
    pub fn remote_for(&self, name: Option<&str>, time: Duration) -> anyhow::Result<Remote<'_>> {
        let name = self.remote_name(name).context("failed to choose the remote")?;
        let mut program = Program::find(self, time)?;
        let context = || format!("failed to read the address of remote `{name}`");
        let fetched = urls(&program, &["remote", "get-url", "--all", "--", &name]).with_context(context)?;
        let pushed = urls(&program, &["remote", "get-url", "--push", "--all", "--", &name]).with_context(context)?;
        let masks = Masks::of(&self.settings()?, &[fetched.clone(), pushed.clone()].concat())?;
        let [url] = pushed.as_slice() else { return Err(several(&name, pushed.len()).into()) };
        // A remote that mirrors takes no single branch.
        program.set(&format!("remote.{name}.mirror"), "false");
        let address = if fetched.first() == Some(url) { name.clone() } else { format!("leeward-{name}") };
        if address != name {
            program.set(&format!("remote.{address}.url"), url);
        }
        Ok(Remote { repository: self, program, name, address, url: without_user(url), masks })
    }

    /// Returns where the remote that counts is pushed to, `insteadOf` applied, without a user; `None` where none counts. Asks
    /// no program and no network.
    ///
    /// # Errors
    /// Fails when the settings cannot be read.
    pub fn remote_url(&self) -> anyhow::Result<Option<String>> {
        let Ok(name) = self.remote_name(None) else { return Ok(None) };
        let context = || format!("failed to read the address of remote `{name}`");
        let remote = self.raw.find_remote(&name).map_err(fault).with_context(context)?;
        let url = remote.pushurl().map_err(fault).with_context(context)?.or(remote.url().ok());
        Ok(url.map(without_user))
    }

    /// Returns the name of the remote.
    fn remote_name(&self, name: Option<&str>) -> anyhow::Result<String> {
        let names = self.remotes()?;
        if let Some(name) = name {
            if names.iter().any(|known| known == name) {
                return Ok(name.to_owned());
            }
            let fact = format!("no remote is called `{}`", name.escape_debug());
            return Err(match names.first() {
                Some(first) => refused(fact).hint(format!("--remote {first}")),
                None => refused(fact).hint(format!("git remote add {name} URL")),
            }
            .into());
        }
        let flag = || {
            names.first().map_or_else(|| "git remote add origin URL".to_owned(), |first| format!("--remote {first}"))
        };
        let chosen = self.remote().map_err(|error| match error.downcast::<Failure>() {
            Ok(failure) => failure.hint(flag()).into(),
            Err(error) => error,
        })?;
        match chosen {
            Some(name) => Ok(name),
            None if names.is_empty() => Err(refused("repository has no remote").hint(flag()).into()),
            None => Err(refused("a bare mirror follows no remote by itself").hint(flag()).into()),
        }
    }
}

impl Remote<'_> {
    /// Returns its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns where it is pushed to, `insteadOf` applied, without user and password: for a person, and to tell the forge.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the name of the reference that follows a branch of an address. What the address for pushes has under the name
    /// of a branch that is fetched from elsewhere must not pass for that.
    pub(super) fn followed(&self, address: &str, branch: &str) -> String {
        let is_fetched = address == self.name || branch.starts_with("leeward/");
        let folder = if is_fetched { "refs/remotes" } else { "refs/leeward" };
        format!("{folder}/{}/{branch}", self.name)
    }

    /// Asks an address for references by their full names; what is not there is left out.
    pub(super) fn list(&self, address: &str, names: &[String]) -> anyhow::Result<Answer<Listed>> {
        let mut args = vec!["ls-remote", "--symref", "--", address, "HEAD"];
        args.extend(names.iter().map(String::as_str));
        let ended = self.program.remote(&args)?;
        if ended.end != End::Success {
            return Ok(Err(self.trouble(&ended)));
        }
        let (mut found, mut head) = (Vec::new(), None);
        for (id, name) in ended.output.lines().filter_map(|line| line.split_once('\t')) {
            if let Some(target) = id.strip_prefix("ref: ").filter(|_| name == "HEAD") {
                // What it says becomes part of a refspec.
                let target = target.strip_prefix("refs/heads/").filter(|_| git2::Reference::is_valid_name(target));
                head = target.map(str::to_owned);
            } else if name == "HEAD" || names.iter().any(|asked| asked == name) {
                found.push((
                    name.to_owned(),
                    Oid::from_str(id).map_err(fault).context("failed to read what the remote lists")?,
                ));
            }
        }
        Ok(Ok(Listed { found, head }))
    }

    /// Returns where a branch of the remote stands now.
    pub(super) fn tip(&self, branch: &str) -> anyhow::Result<Answer<Option<Oid>>> {
        let name = format!("refs/heads/{branch}");
        let listed = self.list(&self.address, std::slice::from_ref(&name))?;
        Ok(listed.map(|listed| listed.found.into_iter().find(|(found, _)| *found == name).map(|(_, id)| id)))
    }

    /// Returns what kept the remote from answering, by what was said.
    pub(super) fn trouble(&self, ended: &Ended) -> Trouble {
        let mut said = self.masks.lines(&ended.errors);
        if ended.end == End::TimeOver {
            said.push(format!("no answer within {} s", self.program.time().as_secs_f32()));
            return Trouble { obstacle: Obstacle::TimeOver, said };
        }
        let text = ended.errors.to_lowercase();
        let known = WORDS.iter().find(|(word, _)| text.contains(word));
        Trouble { obstacle: known.map_or(Obstacle::Broken, |(_, obstacle)| *obstacle), said }
    }
}

/// Returns the addresses that git prints.
fn urls(program: &Program, args: &[&str]) -> anyhow::Result<Vec<String>> {
    Ok(program.local(args)?.lines().map(str::to_owned).collect())
}

/// The refusal of a remote that is several.
fn several(name: &str, count: usize) -> Failure {
    let fact = format!("remote `{name}` is pushed to {count} places, which cannot move as one");
    refused(fact).hint("--remote NAME")
}

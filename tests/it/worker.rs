//! A proposal in a process of its own, for what only a process has: an environment, limits, a death. The test binary calls
//! itself; what came of it is written to a file.

use std::path::Path;
use std::process::Command;

use leeward::failure::{hint_of, kind_of};
use leeward::git::Repository;

use crate::repo::{Repo, propose, usual};

/// Names the repository to work in; without it the worker does nothing.
const WORK: &str = "LEEWARD_TEST_WORK";

/// What the worker said: `ok <commit id>`, or kind, hint and text of the error, a line each.
pub(crate) type Said = Vec<String>;

/// Returns the command that proposes the usual changes in a repository, run by a program such as `setpriv` if given.
pub(crate) fn command(through: &[&str], repo: &Path) -> Command {
    let exe = std::env::current_exe().unwrap();
    let mut words = through.iter().map(|word| (*word).to_owned());
    let mut command = match words.next() {
        Some(program) => {
            let mut command = Command::new(program);
            command.args(words).arg(exe);
            command
        }
        None => Command::new(exe),
    };
    command.args(["--exact", "worker::works", "--nocapture", "--test-threads=1"]).env(WORK, repo);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null").env("HOME", "/nonexistent");
    command
}

/// Runs a command of [`command`] and returns what the worker said.
pub(crate) fn run(command: &mut Command) -> Said {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let said: Said = text.lines().filter_map(|line| line.strip_prefix("said: ")).map(str::to_owned).collect();
    assert!(!said.is_empty(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    said
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the job of the worker comes by the environment")]
fn works() {
    let Ok(dir) = std::env::var(WORK) else { return };
    let repo = Repository::open(Path::new(&dir));
    match repo.and_then(|repo| propose(&repo, "main", &usual())) {
        Ok((_, commit)) => println!("\nsaid: ok {}", commit.id),
        Err(error) => {
            println!("\nsaid: {}", kind_of(&error).word());
            println!("said: {}", hint_of(&error).unwrap_or("-"));
            println!("said: {error:#}");
        }
    }
}

#[test]
fn says_the_same_in_a_process_of_its_own() {
    let repo = Repo::new();
    let said = run(&mut command(&[], &repo.dir));
    assert_eq!(said, [format!("ok {}", repo.id(crate::repo::BRANCH))]);
}

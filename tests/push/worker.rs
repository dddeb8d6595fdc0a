//! A push in a process of its own, for what only a process has: an environment, and children that can be watched. The test
//! binary calls itself.

use std::path::Path;
use std::process::Command;

use leeward::failure::{hint_of, kind_of};
use leeward::git::Repository;

use crate::world::{TIME, World, publish_at};

/// Names the repository to work in; without it the worker does nothing.
const WORK: &str = "LEEWARD_TEST_WORK";

/// Returns the command that publishes from the clone of a world, run by a program such as `strace` if given.
pub(crate) fn command(through: &[&str], world: &World) -> Command {
    let exe = std::env::current_exe().unwrap();
    let mut command = match through.split_first() {
        Some((program, args)) => {
            let mut command = Command::new(program);
            command.args(args).arg(exe);
            command
        }
        None => Command::new(exe),
    };
    command.args(["--exact", "worker::works", "--nocapture", "--test-threads=1"]).env(WORK, &world.clone.dir);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null").env("HOME", "/nonexistent");
    command.env_remove("GIT_ASKPASS").env_remove("SSH_ASKPASS").current_dir(&world.clone.dir);
    command
}

/// Runs a command of [`command`] and returns all that it said, and what became of the push.
pub(crate) fn run(command: &mut Command) -> (String, String) {
    let output = command.output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let said: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("said: ")).collect();
    assert!(!said.is_empty(), "{text}");
    (text.clone(), said.join("\n"))
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the job of the worker comes by the environment")]
fn works() {
    let Ok(dir) = std::env::var(WORK) else { return };
    let made = Repository::open(Path::new(&dir)).and_then(|repo| publish_at(&repo, "one\n", crate::repo::now(), TIME));
    match made {
        Ok(made) => println!("\nsaid: {:?} {:?}", made.push, made.failure),
        Err(error) => println!("\nsaid: {} {:?} {error:#}", kind_of(&error).word(), hint_of(&error)),
    }
}

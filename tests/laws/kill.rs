//! Law 5: `propose` is killed at random instants, on a new branch and on one that has to move. What is left is sound, and
//! the same command then gives the commit that a run in peace gives.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::dice::Dice;
use crate::number;
use crate::proposal::{branches, untouchable};
use crate::world::{NOW, Run, World, copy};

/// The runs that are killed unless the environment says otherwise; those that end before they can be killed come on top.
const ROUNDS: u64 = 15;
/// The command.
const PROPOSE: [&str; 7] = ["propose", "--cluster", "pxc-a/cluster1", "--storage", "minio-a", "--to", "minio-b"];
/// The branch.
const BRANCH: &str = "leeward/minio-a-1122/protect";
/// How long a run may take.
const DEADLINE: Duration = Duration::from_mins(1);

/// A repository to start from, and what a run in peace makes of it.
struct Template {
    /// The repository.
    world: World,
    /// The branch before, where there is one.
    old: Option<String>,
    /// The branch after.
    new: String,
    /// How long the run took.
    took: Duration,
}

/// What rounds came to.
#[derive(Debug, Default)]
struct Count {
    /// Killed before the end.
    killed: u64,
    /// Of these, after the branch had moved.
    moved: u64,
    /// Of these, with files written and the branch unmoved.
    writing: u64,
    /// Of these, holding the lock of the branch: a person types the command that the next run names.
    locked: u64,
    /// Ended before they could be killed.
    ended: u64,
    /// Came to the commit of a run in peace.
    converged: u64,
}

/// When a run is killed.
#[derive(Debug, Clone, Copy)]
enum Instance {
    /// At a time.
    At(Duration),
    /// Some time after the first object appears.
    Writing(Duration),
    /// When the lock of the branch is seen.
    Locking,
}

impl Template {
    /// A repository without the branch.
    fn fresh() -> Self {
        Self::of(World::gitops())
    }

    /// A repository whose branch has to take in a base that moved under our files.
    fn moved() -> Self {
        let world = World::gitops();
        assert_eq!(world.leeward(&PROPOSE).code, 0);
        world.replace("clusters/prod-a/pxc/kustomization.yaml", "resources:", "# Ours since March.\nresources:");
        world.commit("the base moves");
        Self::of(world)
    }

    /// Runs the command in peace on a copy.
    fn of(world: World) -> Self {
        let tip = |world: &World| branches(world).into_iter().map(|(_, id)| id).next();
        let old = tip(&world);
        let peace = clone(&world);
        let start = Instant::now();
        assert_eq!(peace.leeward(&PROPOSE).code, 0);
        let (took, new) = (start.elapsed(), tip(&peace).unwrap());
        assert_ne!(old.as_ref(), Some(&new));
        Self { world, old, new, took }
    }
}

/// Returns a copy of a repository.
fn clone(world: &World) -> World {
    let other = World::empty();
    std::fs::remove_dir_all(other.repo()).unwrap();
    copy(&world.repo(), &other.repo());
    other
}

/// Runs one round.
fn round(dice: &mut Dice, template: &Template, count: &mut Count) {
    let world = clone(&template.world);
    let before = untouchable(&world);
    let objects = objects(&world);
    let mut child = start(&world);
    let instant = instant(dice, template);
    let is_alive = reach(&mut child, instant, &world);
    if is_alive {
        child.kill().unwrap();
    }
    let ended = child.wait().unwrap();
    let is_killed = !ended.success();
    let tip = branches(&world).into_iter().map(|(_, id)| id).next();
    sound(&world, template, tip.as_ref());
    assert!(before == untouchable(&world), "{instant:?}: the work tree, the index or a ref of somebody else changed");
    let lock = world.repo().join(format!(".git/refs/heads/{BRANCH}.lock"));
    let has_moved = tip.as_ref() == Some(&template.new);
    count.ended += u64::from(!is_killed);
    count.killed += u64::from(is_killed);
    count.moved += u64::from(is_killed && has_moved);
    count.writing += u64::from(is_killed && !has_moved && self::objects(&world) > objects);
    if lock.exists() {
        count.locked += 1;
        unlocked(&world, &lock);
    }
    let again = world.leeward(&PROPOSE);
    assert_eq!(again.code, 0, "{instant:?}: {}", again.stderr);
    assert_eq!(branches(&world), [(BRANCH.to_owned(), template.new.clone())]);
    count.converged += 1;
}

/// Starts the command.
fn start(world: &World) -> Child {
    let mut command = world.command(env!("CARGO_BIN_EXE_leeward"));
    command.current_dir(world.repo()).args(PROPOSE).env("LEEWARD_NOW", NOW);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Chooses when to kill: anywhere in the run, while it writes, or while it holds the lock.
fn instant(dice: &mut Dice, template: &Template) -> Instance {
    match dice.roll(3) {
        0 => Instance::At(template.took.mul_f64(f64::from(u32::try_from(dice.roll(1000)).unwrap()) / 1000.0)),
        1 => Instance::Writing(Duration::from_micros(u64::try_from(dice.roll(12_000)).unwrap())),
        _ => Instance::Locking,
    }
}

/// Waits for the instant without giving it away by a sleep; returns whether the run still runs.
fn reach(child: &mut Child, instant: Instance, world: &World) -> bool {
    let start = Instant::now();
    let lock = world.repo().join(format!(".git/refs/heads/{BRANCH}.lock"));
    let before = objects(world);
    let mut seen: Option<Instant> = None;
    let mut turn = 0_u32;
    while start.elapsed() < DEADLINE {
        let is_reached = match instant {
            Instance::At(time) => start.elapsed() >= time,
            Instance::Writing(after) => {
                seen = seen.or_else(|| (objects(world) > before).then(Instant::now));
                seen.is_some_and(|seen| seen.elapsed() >= after)
            }
            Instance::Locking => lock.exists(),
        };
        if is_reached {
            return true;
        }
        turn += 1;
        if turn.is_multiple_of(64) && child.try_wait().unwrap().is_some() {
            return false;
        }
    }
    panic!("the run does not end")
}

/// Returns how many objects and half-written ones there are.
fn objects(world: &World) -> usize {
    let folders = std::fs::read_dir(world.repo().join(".git/objects")).unwrap();
    let folders: Vec<PathBuf> = folders.map(|entry| entry.unwrap().path()).collect();
    folders.iter().map(|path| std::fs::read_dir(path).map_or(1, Iterator::count)).sum()
}

/// Checks what a killed run leaves: objects that are whole, the branch as it was or as it was to be, no lock but its own.
fn sound(world: &World, template: &Template, tip: Option<&String>) {
    let fsck =
        world.command("git").current_dir(world.repo()).args(["fsck", "--strict", "--no-dangling"]).output().unwrap();
    let said = [fsck.stdout, fsck.stderr].concat();
    assert!(fsck.status.success() && said.is_empty(), "{}", String::from_utf8_lossy(&said));
    assert!(tip == template.old.as_ref() || tip == Some(&template.new), "{tip:?}");
    let mut locks = Vec::new();
    collect_locks(&world.repo().join(".git"), &mut locks);
    let own = world.repo().join(format!(".git/refs/heads/{BRANCH}.lock"));
    assert!(locks.iter().all(|lock| *lock == own), "{locks:?}");
}

/// Adds the locks below a folder.
fn collect_locks(folder: &Path, locks: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect_locks(&path, locks);
        } else if path.extension().is_some_and(|extension| extension == "lock") {
            locks.push(path);
        }
    }
}

/// Checks that the next run names the lock, and types the command that it hints at.
fn unlocked(world: &World, lock: &Path) {
    let Run { code, stderr, .. } = world.leeward(&PROPOSE);
    assert_eq!(code, 4, "{stderr}");
    assert!(stderr.contains(&format!("is locked by `{}`", lock.canonicalize().unwrap().display())), "{stderr}");
    let hint = stderr.lines().find_map(|line| line.strip_prefix("hint: ")).unwrap();
    assert!(hint.starts_with("rm "), "{hint}");
    let typed = world.command("sh").args(["-c", hint]).current_dir(world.repo()).status().unwrap();
    assert!(typed.success() && !lock.exists(), "{hint}");
}

#[test]
fn a_killed_run_leaves_nothing_behind_and_the_next_one_converges() {
    let rounds = number("LEEWARD_LAWS_KILLS").unwrap_or(ROUNDS);
    let templates = [Template::fresh(), Template::moved()];
    let mut dice = Dice::new(number("LEEWARD_LAWS_SEED").unwrap_or(5));
    let mut count = Count::default();
    while count.killed < rounds {
        println!("{count:?}");
        round(&mut dice, &templates[usize::try_from(count.converged % 2).unwrap()], &mut count);
        assert!(count.ended <= 2 * rounds, "too few runs can be killed: {count:?}");
    }
    println!("{rounds} rounds: {count:?}");
    assert_eq!(count.converged, count.killed + count.ended);
}

//! Runs the tests by name, a few at a time, and says of each how it went and how long it took. What a test needs and is
//! not here makes it a skip by name.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::bed::Bed;
use crate::percona;
use crate::program;
use crate::skip::skip;

/// Programs that listen beyond 127.0.0.1, whatever they are told.
const OPEN: [&str; 2] = ["argocd", "pxc-operator"];

/// How many tests with the operator run at once.
const OPERATED: usize = 4;

/// A test: what it shows, the programs it needs, and how.
pub(crate) struct Test {
    /// A sentence, after the file it is in.
    pub(crate) name: &'static str,
    /// By the names of `tools/build.sh`.
    pub(crate) needs: &'static [&'static str],
    /// Panics where it fails.
    pub(crate) run: fn(&Bed),
}

/// How a test went.
#[derive(PartialEq)]
enum Outcome {
    Passed,
    Failed,
    Skipped,
}

/// What the servers of this run may reach, as `tests/real/run` says.
#[derive(Clone, Copy, PartialEq)]
enum Net {
    /// A namespace of the network that has only `lo`.
    Private,
    /// The machine's own, because namespaces are refused.
    Shared,
    /// Nobody said: this is not `tests/real/run`.
    Unsaid,
}

/// Runs the tests that the arguments name, all without any.
#[expect(clippy::print_stdout, reason = "the report of the run")]
pub(crate) fn run(tests: &[Test]) -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--list") {
        for test in tests {
            println!("{}: test", test.name);
        }
        return ExitCode::SUCCESS;
    }
    let names: Vec<&String> = words.iter().filter(|word| !word.starts_with('-')).collect();
    let is_named = |test: &&Test| names.is_empty() || names.iter().any(|name| test.name.contains(name.as_str()));
    let chosen: Vec<&Test> = tests.iter().filter(is_named).collect();
    let (start, bed, net) = (Instant::now(), Bed::new(), net());
    if net == Net::Private && chosen.iter().any(|test| test.needs.contains(&"pxc-operator")) {
        // Who cannot have them is told by the tests that need them.
        let _taken = percona::ports();
    }
    let outcomes = outcomes(&bed, net, &chosen);
    let memory = bed.memory();
    let parts: Vec<String> = memory.iter().map(|(name, mib)| format!("{name} {mib}")).collect();
    if !parts.is_empty() {
        println!("memory: {} MiB: {}", memory.iter().map(|(_, mib)| mib).sum::<u64>(), parts.join(", "));
    }
    drop(bed);
    let count = |wanted: Outcome| outcomes.iter().filter(|(outcome, _)| *outcome == wanted).count();
    let (passed, failed, skipped) = (count(Outcome::Passed), count(Outcome::Failed), count(Outcome::Skipped));
    let verdict = if failed == 0 { "ok" } else { "FAILED" };
    let spent = start.elapsed().as_secs_f64();
    println!("test result: {verdict}. {passed} passed; {failed} failed; {skipped} skipped; finished in {spent:.1}s");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs tests, as many at once as the machine has cores, two at least: most of their time is waiting. Those with the
/// operator wait for the minutes of its schedules and run beside the others.
#[expect(clippy::print_stdout, reason = "the report of the run")]
fn outcomes(bed: &Bed, net: Net, tests: &[&Test]) -> Vec<(Outcome, Duration)> {
    println!("running {} tests", tests.len());
    let width = std::thread::available_parallelism().map_or(2, |cores| cores.get().clamp(2, 8));
    let (operated, others): (Vec<&Test>, Vec<&Test>) =
        tests.iter().partition(|test| test.needs.contains(&"pxc-operator"));
    let (operated, others) = (Mutex::new(operated.into_iter()), Mutex::new(others.into_iter()));
    let done = Mutex::new(Vec::new());
    let work = |waiting: &Mutex<std::vec::IntoIter<&Test>>| {
        while let Some(test) = { waiting.lock().expect("no holder panics").next() } {
            let start = Instant::now();
            let outcome = outcome(bed, net, test);
            let word = match outcome {
                Outcome::Passed => "ok",
                Outcome::Failed => "FAILED",
                Outcome::Skipped => "skipped",
            };
            println!("test {} ... {word} ({:.2}s)", test.name, start.elapsed().as_secs_f64());
            done.lock().expect("no holder panics").push((outcome, start.elapsed()));
        }
    };
    std::thread::scope(|scope| {
        for waiting in std::iter::repeat_n(&operated, OPERATED).chain(std::iter::repeat_n(&others, width)) {
            scope.spawn(|| work(waiting));
        }
    });
    done.into_inner().expect("no holder panics")
}

/// Runs one test, or names why not.
fn outcome(bed: &Bed, net: Net, test: &Test) -> Outcome {
    let ran = catch_unwind(AssertUnwindSafe(|| {
        let Some((need, why)) = obstacle(net, test) else { return (test.run)(bed) };
        skip(need, test.name, &why);
        // What a test skips in part it says itself; this is all of it.
        std::panic::resume_unwind(Box::new(Outcome::Skipped));
    }));
    match ran {
        Ok(()) => Outcome::Passed,
        Err(payload) => payload.downcast::<Outcome>().map_or(Outcome::Failed, |outcome| *outcome),
    }
}

/// Returns what stands in a test's way, and the word of `LEEWARD_REQUIRE` that forbids it.
fn obstacle(net: Net, test: &Test) -> Option<(Option<&'static str>, String)> {
    let open: Vec<&str> = OPEN.into_iter().filter(|program| test.needs.contains(program)).collect();
    if net == Net::Unsaid {
        return Some((None, "`tests/real/run` starts the servers it needs".to_owned()));
    }
    if net == Net::Shared && !open.is_empty() {
        let why = "listens beyond 127.0.0.1, and this machine refuses namespaces of the network";
        return Some((None, format!("`{}` {why}", open.join("`, `"))));
    }
    let lacking = program::lacking(test.needs);
    (!lacking.is_empty()).then(|| (Some("testbed"), format!("no program `{}`", lacking.join("`, `"))))
}

/// Returns what `tests/real/run` says of the network.
#[expect(clippy::disallowed_methods, reason = "the script that made the namespace says so by the environment")]
fn net() -> Net {
    match std::env::var("LEEWARD_TESTBED_NET").as_deref() {
        Ok("private") => Net::Private,
        Ok("shared") => Net::Shared,
        _ => Net::Unsaid,
    }
}

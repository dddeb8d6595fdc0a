//! The printed table of a run, and what makes it fail.

use std::collections::BTreeMap;

use super::Way;
use super::compare::{Line, Verdict};
use super::scenario::{Scenario, is_whole};
use crate::flux::Applied;

/// Prints the figures of a run, a line for each scenario where all are run, and every object that became something else.
#[expect(clippy::print_stdout, reason = "the table is what the run is for")]
pub(crate) fn print(
    way: Way,
    scenarios: &[Scenario],
    lines: &[Line],
    outcomes: &Applied,
    witness: &BTreeMap<String, bool>,
) {
    let count = |is: &dyn Fn(&Verdict) -> bool| lines.iter().filter(|line| is(&line.predicted)).count();
    let (equal, open) =
        (count(&|verdict| *verdict == Verdict::Equal), count(&|verdict| matches!(verdict, Verdict::CannotTell(_))));
    let name = way.name();
    println!(
        "{name}: {} scenarios, {} objects: {equal} became what was said, {open} cannot be told, {} became something else",
        scenarios.len(),
        lines.len(),
        lines.len() - equal - open,
    );
    for scenario in scenarios {
        let own: Vec<&Line> = lines.iter().filter(|line| line.folder == scenario.folder).collect();
        let is_odd = own.iter().any(|line| line.predicted != Verdict::Equal || line.verified != Verdict::Equal);
        if is_odd || is_whole() {
            println!("{name} {} {}: {}", scenario.folder, scenario.name, refusal(outcomes, scenario));
            for line in own {
                println!("    {}", shown(line));
            }
        }
    }
    print_witness(name, scenarios, lines, witness);
}

/// Returns what the controller says of a scenario.
fn refusal(outcomes: &Applied, scenario: &Scenario) -> String {
    match outcomes.get(&scenario.folder) {
        Some(Err(why)) => format!("refused by the controller: {}", why.lines().next().unwrap_or_default()),
        _ => "applied".to_owned(),
    }
}

/// Returns a line of the table.
fn shown(line: &Line) -> String {
    let word = |verdict: &Verdict| match verdict {
        Verdict::Equal => "equal".to_owned(),
        Verdict::CannotTell(why) => format!("cannot tell ({why})"),
        Verdict::Differs(paths) => format!("DIFFERS at {}", paths.join(", ")),
    };
    let (predicted, verified) = (word(&line.predicted), word(&line.verified));
    if predicted == verified {
        format!("{} {}: {predicted}", line.object, line.action)
    } else {
        format!("{} {}: {predicted}; with a dry run {verified}", line.object, line.action)
    }
}

/// Prints where the controller's own difference, leeward and what happened are not of one mind.
#[expect(clippy::print_stdout, reason = "the table is what the run is for")]
fn print_witness(name: &str, scenarios: &[Scenario], lines: &[Line], witness: &BTreeMap<String, bool>) {
    for scenario in scenarios {
        let Some(says) = witness.get(&scenario.folder) else { continue };
        let own = || lines.iter().filter(|line| line.folder == scenario.folder);
        let changed = own().any(|line| line.changed);
        let ours = own().any(|line| !matches!(line.action.as_str(), "unchanged"));
        if *says != changed || ours != changed {
            println!(
                "{name} {} {}: changed {changed}, `argocd app diff` says {says}, leeward says {ours}",
                scenario.folder, scenario.name
            );
        }
    }
}

/// Fails where an object became something else than was said, or too few could be told.
pub(crate) fn judge(lines: &[Line]) {
    let wrong: Vec<String> = lines
        .iter()
        .filter(|line| [&line.predicted, &line.verified].iter().any(|verdict| matches!(verdict, Verdict::Differs(_))))
        .map(|line| format!("{} {}", line.folder, shown(line)))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} objects became something else:\n{}",
        wrong.len(),
        lines.len(),
        wrong.join("\n")
    );
    let open = lines.iter().filter(|line| matches!(line.predicted, Verdict::CannotTell(_))).count();
    assert!(open * 20 < lines.len().max(20), "{open} of {} objects cannot be told", lines.len());
}

//! What of a verdict lets the next stage follow: the next command says so, and a saved verdict is read by the same rule.
//! A right that is missing for one check takes nothing from another that passed; but what the place rests on has to have
//! passed, and nothing may have failed or still be waited for. Must never take a check that is left out for one that holds.

use super::verdict::{CheckName, Outcome, Verdict};

/// The checks that have to have passed. Who applied the change matters less than that the live cluster has it, and the
/// rest is of point-in-time recovery, or told by the backup itself.
const PASSED: [CheckName; 5] =
    [CheckName::Merged, CheckName::Intended, CheckName::Observed, CheckName::Backup, CheckName::Place];

/// What is short of enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// Nothing is said of this check.
    Missing(CheckName),
    /// This check says this.
    Says(CheckName, Outcome),
}

/// Returns the first thing that is short of what the next stage asks for; `None` where the verdict is enough.
pub fn lack(checks: &[(CheckName, Outcome)]) -> Option<Lack> {
    let is_open = |outcome: Outcome| matches!(outcome, Outcome::Failed | Outcome::Waiting);
    let open = checks.iter().find(|(_, outcome)| is_open(*outcome));
    let wanted = |name: &CheckName| match checks.iter().find(|(known, _)| known == name) {
        None => Some(Lack::Missing(*name)),
        Some((_, outcome)) if *outcome != Outcome::Passed && *name != CheckName::Applied => {
            Some(Lack::Says(*name, *outcome))
        }
        Some(_) => None,
    };
    let open = open.map(|(name, outcome)| Lack::Says(*name, *outcome));
    open.or_else(|| PASSED.iter().chain([&CheckName::Applied]).find_map(wanted))
}

impl Verdict {
    /// Returns whether the next stage may follow.
    pub fn is_enough(&self) -> bool {
        let checks: Vec<(CheckName, Outcome)> = self.checks.iter().map(|check| (check.name, check.outcome)).collect();
        lack(&checks).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::CheckName::{Applied, Backup, Collector, Intended, Lock, Merged, Objects, Observed, Place, Secret};
    use super::Outcome::{CannotTell, Failed, Passed, Waiting};
    use super::*;

    /// Every check that passed.
    const ALL: [CheckName; 10] = [Merged, Applied, Intended, Observed, Secret, Lock, Collector, Backup, Place, Objects];

    /// Returns what is lacking where one check says something else.
    fn with(name: CheckName, outcome: Outcome) -> Option<Lack> {
        let of = |known: &CheckName| (*known, if *known == name { outcome } else { Passed });
        lack(&ALL.iter().map(of).collect::<Vec<_>>())
    }

    #[test]
    fn what_the_place_rests_on_passed_and_nothing_failed_or_waits() {
        for name in ALL {
            assert_eq!(with(name, Passed), None);
            for outcome in [Waiting, Failed] {
                assert_eq!(with(name, outcome), Some(Lack::Says(name, outcome)));
            }
            let told = PASSED.contains(&name).then_some(Lack::Says(name, CannotTell));
            assert_eq!(with(name, CannotTell), told, "{}", name.word());
            let rest: Vec<_> = ALL.iter().filter(|known| **known != name).map(|known| (*known, Passed)).collect();
            let is_needed = PASSED.contains(&name) || name == Applied;
            assert_eq!(lack(&rest), is_needed.then_some(Lack::Missing(name)), "{}", name.word());
        }
    }
}

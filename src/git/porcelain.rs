//! What `git push --porcelain` prints: one line for each reference, its fate by one sign. A line that is missing says
//! nothing: the caller reads the remote again.

/// What became of a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// The remote has it now.
    Taken,
    /// The remote had it before.
    Same,
    /// It was not sent, or not taken; the reason as git gives it.
    Rejected(String),
    /// The remote did not say what it did, or git did not.
    Unknown,
}

/// Returns the fate of a reference (full name) in what git printed.
pub(super) fn fate(output: &str, reference: &str) -> Fate {
    let mut fates = output.lines().filter_map(|line| fate_of(line, reference));
    match (fates.next(), fates.next()) {
        (Some(fate), None) => fate,
        _ => Fate::Unknown,
    }
}

/// Returns the fate that a line tells, `None` where it is about something else.
fn fate_of(line: &str, reference: &str) -> Option<Fate> {
    let mut parts = line.splitn(3, '\t');
    let (flag, names, summary) = (parts.next()?, parts.next()?, parts.next()?);
    if names.rsplit_once(':')?.1 != reference {
        return None;
    }
    Some(match flag {
        " " | "*" => Fate::Taken,
        "=" => Fate::Same,
        "!" if summary.starts_with("[remote failure]") => Fate::Unknown,
        "!" => Fate::Rejected(reason(summary).to_owned()),
        // `+` is a branch that was written over, which is never asked for.
        _ => Fate::Unknown,
    })
}

/// Returns what stands in the last brackets of a summary, else all of it.
fn reason(summary: &str) -> &str {
    let inner = summary.split_once('(').and_then(|(_, rest)| rest.trim_end().strip_suffix(')'));
    inner.unwrap_or(summary)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_fate_of_the_branch_and_of_no_other() {
        let name = "refs/heads/leeward/a/protect";
        let of = |flag: &str, summary: &str| fate(&format!("To x\n{flag}\t1234:{name}\t{summary}\nDone\n"), name);
        assert_eq!(of("*", "[new reference]"), Fate::Taken);
        assert_eq!(of(" ", "1..2"), Fate::Taken);
        assert_eq!(of("=", "[up to date]"), Fate::Same);
        assert_eq!(of("!", "[rejected] (stale info)"), Fate::Rejected("stale info".to_owned()));
        let nested = "[remote rejected] (cannot lock ref 'x': is at 1 (2))";
        assert_eq!(of("!", nested), Fate::Rejected("cannot lock ref 'x': is at 1 (2)".to_owned()));
        assert_eq!(of("!", "[remote failure] (remote failed to report status)"), Fate::Unknown);
        assert_eq!(of("+", "1...2 (forced update)"), Fate::Unknown);
        assert_eq!(fate("*\t1:refs/heads/main\t[new branch]\n", name), Fate::Unknown);
        assert_eq!(fate("", name), Fate::Unknown);
    }
}

//! Flags that go together or not, checked after parsing: a typed flag beats the environment, and a variable that has
//! nothing to add to the typed flags is as if it were not set. clap's own rules cannot tell the two apart.

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Command, CommandFactory as _, FromArgMatches as _};

use super::{
    BackupArgs, Cli, CommentArgs, DiagnoseArgs, DryRunArg, LiveArgs, LookArgs, ProposeArgs, RecoveryArgs, StageArg,
    Verb,
};

impl Cli {
    /// Returns the command line as typed, with the variables that it leaves room for.
    ///
    /// # Errors
    /// Returns what clap says: a usage error, or the help that was asked for.
    pub fn read(words: impl IntoIterator<Item = impl Into<std::ffi::OsString> + Clone>) -> Result<Self, clap::Error> {
        Self::of(Self::command(), words)
    }

    /// Returns a command line that no variable has a part in.
    pub(crate) fn without_variables(words: &[&str]) -> Result<Self, clap::Error> {
        let unset = |command: Command| command.mut_args(|arg| arg.env(clap::builder::Resettable::Reset));
        Self::of(unset(Self::command()).mut_subcommands(unset), words)
    }

    /// Parses by a command.
    fn of(
        mut command: Command,
        words: impl IntoIterator<Item = impl Into<std::ffi::OsString> + Clone>,
    ) -> Result<Self, clap::Error> {
        let matches = command.try_get_matches_from_mut(words)?;
        let mut cli = Self::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
        let Some((verb, matches)) = matches.subcommand() else { return Ok(cli) };
        let combined = match &mut cli.verb {
            Verb::Plan(args) => recovery(&mut args.recovery, matches),
            Verb::Propose(args) => recovery(&mut args.recovery, matches)
                .and_then(|()| signing(args, matches))
                .and_then(|()| publishing(args, matches)),
            Verb::Diagnose(args) => probing(args, matches),
            Verb::Preview(args) => live(&mut args.live, matches).and_then(|()| commenting(&args.comment, matches)),
            Verb::Verify(args) => proving(&mut args.backup, matches).and_then(|()| commenting(&args.comment, matches)),
            _ => Ok(()),
        };
        let said = |(kind, text)| command.find_subcommand_mut(verb).map(|command| command.error(kind, text));
        match combined.map_err(said) {
            Err(Some(error)) => Err(error),
            _ => Ok(cli),
        }
    }
}

/// What is wrong with a combination.
type Fault = (ErrorKind, String);

/// Returns whether a flag was typed.
fn is_typed(matches: &ArgMatches, flag: &str) -> bool {
    matches.value_source(flag) == Some(ValueSource::CommandLine)
}

/// Which of two flags that contradict each other gives way.
enum Loser {
    /// Neither: they do not meet.
    Neither,
    /// The first, which is a variable.
    First,
    /// The second, which is a variable.
    Second,
}

/// Returns which of two set flags gives way.
fn loser(matches: &ArgMatches, first: (&str, bool), second: (&str, bool)) -> Result<Loser, Fault> {
    if !first.1 || !second.1 {
        return Ok(Loser::Neither);
    }
    match (is_typed(matches, first.0), is_typed(matches, second.0)) {
        (true, false) => Ok(Loser::Second),
        (false, true) => Ok(Loser::First),
        _ => {
            let name = |flag: &str| flag.replace('_', "-");
            let text = format!("the argument '--{}' cannot be used with '--{}'", name(first.0), name(second.0));
            Err((ErrorKind::ArgumentConflict, text))
        }
    }
}

/// Returns the fault of a flag that needs others.
fn lacks(flag: &str, needed: &str) -> Fault {
    let name = |flag: &str| flag.replace('_', "-");
    (ErrorKind::MissingRequiredArgument, format!("the argument '--{}' needs '--{}'", name(flag), name(needed)))
}

/// Combines the flags of a recovery.
fn recovery(args: &mut RecoveryArgs, matches: &ArgMatches) -> Result<(), Fault> {
    let selection = &mut args.selection;
    match loser(matches, ("all", selection.all), ("cluster", !selection.cluster.is_empty()))? {
        Loser::First => selection.all = false,
        Loser::Second => selection.cluster.clear(),
        Loser::Neither => {}
    }
    let target = &mut args.target;
    match loser(matches, ("size", target.size.is_some()), ("endpoint", target.endpoint.is_some()))? {
        Loser::First => target.size = None,
        Loser::Second => target.endpoint = None,
        Loser::Neither => {}
    }
    let is_whole = target.bucket.is_some() && target.credentials_secret.is_some();
    if target.endpoint.is_some() && !is_whole {
        if is_typed(matches, "endpoint") || target.to.is_none() {
            let needed = if target.bucket.is_none() { "bucket" } else { "credentials_secret" };
            return Err(lacks("endpoint", needed));
        }
        target.endpoint = None;
    }
    let (endpoint, size) = (target.endpoint.is_some(), target.size.is_some());
    for (flag, value, needed, is_there) in [
        ("bucket", &mut target.bucket, "endpoint", endpoint),
        ("region", &mut target.region, "endpoint", endpoint),
        ("prefix", &mut target.prefix, "endpoint", endpoint),
        ("ca_secret", &mut target.ca_secret, "endpoint", endpoint),
        ("storage_class", &mut target.storage_class, "size", size),
    ] {
        if value.is_some() && !is_there {
            if is_typed(matches, flag) {
                return Err(lacks(flag, needed));
            }
            *value = None;
        }
    }
    Ok(())
}

/// Combines the flags of a live cluster: files stand in for it.
fn live(args: &mut LiveArgs, matches: &ArgMatches) -> Result<(), Fault> {
    for (flag, is_set) in [("context", args.context.is_some()), ("kubeconfig", args.kubeconfig.is_some())] {
        match loser(matches, ("live", !args.live.is_empty()), (flag, is_set))? {
            Loser::First => args.live.clear(),
            Loser::Second | Loser::Neither => {}
        }
    }
    let is_dry_run = args.dry_run == DryRunArg::Server;
    match loser(matches, ("live", !args.live.is_empty()), ("dry_run", is_dry_run))? {
        Loser::First => args.live.clear(),
        Loser::Second => args.dry_run = DryRunArg::None,
        Loser::Neither => {}
    }
    if !args.live.is_empty() {
        (args.context, args.kubeconfig) = (None, None);
    }
    Ok(())
}

/// Combines the flags of signing.
fn signing(args: &mut ProposeArgs, matches: &ArgMatches) -> Result<(), Fault> {
    match loser(matches, ("sign", args.sign), ("no_sign", args.no_sign))? {
        Loser::First => args.sign = false,
        Loser::Second => args.no_sign = false,
        Loser::Neither => {}
    }
    Ok(())
}

/// Combines the flags of the way to the remote: a pull request needs the push, and a push to the base's branch makes none.
fn publishing(args: &mut ProposeArgs, matches: &ArgMatches) -> Result<(), Fault> {
    let (push, pull) = (&mut args.push, &mut args.pull);
    match loser(matches, ("push_to", push.push_to.is_some()), ("pr", pull.pr))? {
        Loser::First => push.push_to = None,
        Loser::Second => pull.pr = false,
        Loser::Neither => {}
    }
    // Stage resume looks there for the backup that proves the target.
    let looks = args.recovery.incident.stage == StageArg::Resume;
    if looks && (pull.context.is_some() || pull.kubeconfig.is_some()) {
        let (context, kubeconfig) = (pull.context.clone(), pull.kubeconfig.clone());
        args.recovery.incident.look = Some(LookArgs { context, kubeconfig });
    }
    let needs = [
        ("label", !pull.label.is_empty()),
        ("reviewer", !pull.reviewer.is_empty()),
        ("draft", pull.draft),
        ("reopen", pull.reopen),
        ("forge", pull.forge.is_some()),
        ("live", !pull.live.is_empty()),
        ("context", pull.context.is_some() && !looks),
        ("kubeconfig", pull.kubeconfig.is_some() && !looks),
    ];
    if let Some((flag, _)) = needs.iter().find(|(flag, is_set)| *is_set && is_typed(matches, flag) && !pull.pr) {
        return Err(lacks(flag, "pr"));
    }
    push.push |= pull.pr || push.push_to.is_some();
    if push.remote.is_some() && is_typed(matches, "remote") && !push.push {
        return Err(lacks("remote", "push"));
    }
    Ok(())
}

/// Combines the flags of evidence: a bundle of certificates is of no use where any is trusted, some flags are for a URL
/// alone, and variables that lead to a cluster add nothing to evidence that is typed.
fn probing(args: &mut DiagnoseArgs, matches: &ArgMatches) -> Result<(), Fault> {
    let (probe, live) = (&mut args.probe, &mut args.live);
    let (file, any) = (probe.ca_file.is_some(), probe.no_verify_tls);
    match loser(matches, ("ca_file", file), ("no_verify_tls", any))? {
        Loser::First => probe.ca_file = None,
        Loser::Second => probe.no_verify_tls = false,
        Loser::Neither => {}
    }
    match loser(matches, ("probe", probe.probe.is_some()), ("no_probe", probe.no_probe))? {
        Loser::First => probe.probe = None,
        Loser::Second => probe.no_probe = false,
        Loser::Neither => {}
    }
    let typed = |flags: &[&'static str]| flags.iter().copied().find(|flag| is_typed(matches, flag));
    let is_cluster_named = typed(&["context", "kubeconfig"]).is_some();
    if !is_cluster_named && typed(&["log", "evidence", "probe"]).is_some() {
        (live.context, live.kubeconfig) = (None, None);
    }
    let has_url = probe.probe.as_ref().is_some_and(|url| !url.is_empty());
    // Beside logs a cluster by itself is no question.
    let is_alone =
        !args.subject.cluster.is_empty() && args.evidence.log.is_empty() && args.evidence.evidence.is_empty();
    let is_possible = probe.probe.is_some() || is_alone || is_cluster_named;
    if let Some(flag) = typed(&["region", "no_verify_tls"]).filter(|_| !has_url) {
        return Err(lacks(flag, "probe"));
    }
    if let Some(flag) = typed(&["timeout"]).filter(|_| !is_possible) {
        return Err(lacks(flag, "probe"));
    }
    match typed(&["ca_file", "credentials", "write_probe"]).filter(|_| !is_possible || probe.no_probe) {
        Some(flag) => Err(lacks(flag, "probe")),
        None => Ok(()),
    }
}

/// Combines the flags of a comment.
fn commenting(comment: &CommentArgs, matches: &ArgMatches) -> Result<(), Fault> {
    let needs = [
        ("pull_request", comment.pull_request.is_some()),
        ("forge", comment.forge.is_some()),
        ("remote", comment.remote.is_some()),
    ];
    match needs.iter().find(|(flag, is_set)| *is_set && is_typed(matches, flag) && !comment.comment) {
        Some((flag, _)) => Err(lacks(flag, "comment")),
        None => Ok(()),
    }
}

/// Combines the flags of the backup that proves a target: one that is followed is not made.
fn proving(args: &mut BackupArgs, matches: &ArgMatches) -> Result<(), Fault> {
    match loser(matches, ("test_backup", args.test_backup), ("backup", args.backup.is_some()))? {
        Loser::First => args.test_backup = false,
        Loser::Second => args.backup = None,
        Loser::Neither => {}
    }
    match (is_typed(matches, "storage"), args.test_backup) {
        (true, false) => Err(lacks("storage", "test_backup")),
        _ => Ok(()),
    }
}

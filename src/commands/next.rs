//! The command to type next, with the flags of this run, quoted for a shell.

use std::path::Path;

use clap::ValueEnum;

use crate::cli::{Activation, BuilderArg, ProposeArgs, RecoveryArgs, StageArg};
use crate::diagnose::masked_text;
use crate::model::shell::{git_in, quoted};
use crate::report::masked;

/// A command being put together.
pub(super) struct Command(Vec<String>);

impl Command {
    /// Returns `leeward VERB` with the flags of a recovery; clusters and stage are left to the caller.
    pub(super) fn of(verb: &str, args: &RecoveryArgs) -> Self {
        let mut command = Self::on(verb, args);
        let (selection, target, incident) = (&args.selection, &args.target, &args.incident);
        command.flag("--storage", selection.storage.as_ref());
        command.switch("--only-storage", selection.only_storage);
        command.flag("--operator-version", selection.operator_version.as_ref());
        command.flag("--to", target.to.as_ref());
        let inline = [
            ("--endpoint", &target.endpoint),
            ("--bucket", &target.bucket),
            ("--region", &target.region),
            ("--prefix", &target.prefix),
            ("--credentials-secret", &target.credentials_secret),
            ("--ca-secret", &target.ca_secret),
            ("--size", &target.size),
            ("--storage-class", &target.storage_class),
        ];
        for (flag, value) in inline {
            command.flag(flag, value.as_ref());
        }
        command.flag("--retention", target.retention.map(|count| count.to_string()).as_ref());
        command.flag("--action", incident.action.as_ref().map(word).as_ref());
        command.flag("--incident", incident.incident.as_ref());
        command.flag("--reason", incident.reason.as_deref().map(one_line).as_ref());
        command.flag("--diagnosis", incident.diagnosis.as_ref().map(|path| path.display().to_string()).as_ref());
        command.flag(
            "--activation",
            Some(&word(&incident.activation)).filter(|_| incident.activation != Activation::Auto),
        );
        command
    }

    /// Returns `leeward VERB` on the repository and the clusters of this run, without target and incident.
    pub(super) fn again(verb: &str, args: &RecoveryArgs) -> Self {
        Self::on(verb, args).selected(args)
    }

    /// Returns `leeward VERB` on the repository of this run.
    fn on(verb: &str, args: &RecoveryArgs) -> Self {
        let mut command = Self(vec!["leeward".to_owned(), verb.to_owned()]);
        let repository = &args.repository;
        if repository.repo != Path::new(".") {
            command.flag("--repo", Some(&repository.repo.display().to_string()));
        }
        command.flag("--base", repository.base.as_ref());
        command.flag("--config", repository.config.as_ref().map(|path| path.display().to_string()).as_ref());
        command.flag("--load-restrictor", repository.load_restrictor.as_ref().map(word).as_ref());
        command.switch("--create-kustomization", repository.create_kustomization);
        let builder = &repository.builder.builder;
        command.flag("--builder", Some(&word(builder)).filter(|_| *builder != BuilderArg::Auto));
        command
    }

    /// Adds the clusters as this run selected them.
    pub(super) fn selected(mut self, args: &RecoveryArgs) -> Self {
        args.selection.cluster.iter().for_each(|cluster| self.flag("--cluster", Some(cluster)));
        self.switch("--all", args.selection.all);
        args.selection.exclude.iter().for_each(|cluster| self.flag("--exclude", Some(cluster)));
        self
    }

    /// Adds the stage and what confirms it, as this run had them.
    pub(super) fn staged(mut self, args: &RecoveryArgs) -> Self {
        self.flag("--stage", Some(&word(&args.incident.stage)).filter(|_| args.incident.stage != StageArg::Protect));
        self.flag("--confirmed-backup", args.incident.confirmed_backup.as_ref());
        let verdicts = args.incident.verdict.iter().map(|file| file.display().to_string());
        verdicts.for_each(|file| self.flag("--verdict", Some(&file)));
        self
    }

    /// Adds a flag that has a value.
    pub(super) fn flag(&mut self, flag: &str, value: Option<&String>) {
        if let Some(value) = value {
            self.0.extend([flag.to_owned(), quoted(value)]);
        }
    }

    /// Adds a flag without a value.
    fn switch(&mut self, flag: &str, is_set: bool) {
        self.0.extend(is_set.then(|| flag.to_owned()));
    }

    /// Returns the command as one line.
    pub(super) fn line(self) -> String {
        masked(&self.0.join(" "), &[])
    }
}

/// Returns the command that publishes a branch; the one that shows it where there is no remote.
pub(super) fn publish(repo: &Path, remotes: &[String], base: &str, branch: &str) -> String {
    let git = git_in(repo);
    let of_base = |remote: &&String| base.strip_prefix(remote.as_str()).is_some_and(|rest| rest.starts_with('/'));
    let origin = |remote: &&String| *remote == "origin";
    match remotes.iter().find(of_base).or_else(|| remotes.iter().find(origin)).or(remotes.first()) {
        Some(remote) => format!("{git} push -u {} {}", quoted(remote), quoted(branch)),
        None => format!("{git} show {}", quoted(branch)),
    }
}

/// Returns the command that previews a branch, with the live side that this run was given.
pub(super) fn previewed(args: &ProposeArgs, branch: &str) -> String {
    let mut command = Command(vec!["leeward".to_owned(), "preview".to_owned()]);
    let repository = &args.recovery.repository;
    if repository.repo != Path::new(".") {
        command.flag("--repo", Some(&repository.repo.display().to_string()));
    }
    command.flag("--base", repository.base.as_ref());
    command.flag("--head", Some(&branch.to_owned()));
    args.pull.live.iter().for_each(|path| command.flag("--live", Some(&path.display().to_string())));
    command.flag("--context", args.pull.context.as_ref());
    command.flag("--kubeconfig", args.pull.kubeconfig.as_ref().map(|path| path.display().to_string()).as_ref());
    command.line()
}

/// Returns a text on one line and without what could be a secret.
pub(super) fn one_line(text: &str) -> String {
    masked_text(text).replace(char::is_control, " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the word of a flag's value.
pub(super) fn word(value: &impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn publishes_where_the_base_came_from() {
        let of = |repo: &str, remotes: &[&str], base: &str| {
            let remotes: Vec<String> = remotes.iter().map(|remote| (*remote).to_owned()).collect();
            publish(Path::new(repo), &remotes, base, "leeward/x/protect")
        };
        assert_eq!(of(".", &["origin"], "main"), "git push -u origin leeward/x/protect");
        assert_eq!(of("/a b", &["fork", "up"], "up/main"), "git -C '/a b' push -u up leeward/x/protect");
        assert_eq!(of(".", &["a", "origin"], "main"), "git push -u origin leeward/x/protect");
        assert_eq!(of("r", &[], "main"), "git -C r show leeward/x/protect");
    }
}

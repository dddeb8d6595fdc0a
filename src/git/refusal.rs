//! Why the other side took nothing: each forge says it in words of its own. A word that nobody knows is still shown.
//! Must never take a refusal for a race: trying again would not end it.

/// What stands against a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bar {
    /// The branch is protected.
    Protected,
    /// Commits must be signed.
    Unsigned,
    /// The author or the committer is not accepted.
    Author,
    /// The name of the branch is not accepted.
    Name,
    /// This user may not push here.
    Rights,
    /// A limit of size is reached.
    Size,
    /// The server takes nothing from a shallow clone.
    Shallow,
    /// A rule of the server that is not known here; its text tells.
    Rule,
}

/// What the other side says when another writer was faster, or is at it.
const RACES: [&str; 11] = [
    "stale info",
    "fetch first",
    "non-fast-forward",
    "incorrect old value provided",
    "cannot lock ref",
    "failed to lock",
    "failed to update ref",
    "reference already exists",
    "remote ref updated since",
    "cannot update the ref",
    "unable to lock",
];

/// Words of forges, and what they mean; the first that is found counts.
const WORDS: [(&str, Bar); 42] = [
    ("shallow update not allowed", Bar::Shallow),
    ("verified signature", Bar::Unsigned),
    ("must be signed", Bar::Unsigned),
    ("commits must have verified", Bar::Unsigned),
    ("unsigned commit", Bar::Unsigned),
    ("not signed", Bar::Unsigned),
    ("gh007", Bar::Author),
    ("author's email", Bar::Author),
    ("committer's email", Bar::Author),
    ("author email", Bar::Author),
    ("committer email", Bar::Author),
    ("committer is not", Bar::Author),
    ("is not a member of team", Bar::Author),
    (IN_THE_WAY, Bar::Name),
    ("does not follow the pattern", Bar::Name),
    ("branch name", Bar::Name),
    ("gh006", Bar::Protected),
    ("tf402455", Bar::Protected),
    ("protected branch", Bar::Protected),
    ("branch is protected", Bar::Protected),
    ("is protected", Bar::Protected),
    ("protected_branch", Bar::Protected),
    ("only be modified through pull requests", Bar::Protected),
    ("must be made through a pull request", Bar::Protected),
    ("must use a pull request", Bar::Protected),
    ("changes must be made through", Bar::Protected),
    ("branch restrictions", Bar::Protected),
    ("tf401027", Bar::Rights),
    ("genericcontribute", Bar::Rights),
    ("not allowed to push code to this project", Bar::Rights),
    ("not allowed to push", Bar::Rights),
    ("permission denied", Bar::Rights),
    ("user permission denied", Bar::Rights),
    ("read-only", Bar::Rights),
    ("archived", Bar::Rights),
    ("gh001", Bar::Size),
    ("quota", Bar::Size),
    ("size limit", Bar::Size),
    ("file size", Bar::Size),
    ("exceeds", Bar::Size),
    ("exceeded", Bar::Size),
    ("no space left", Bar::Size),
];

/// What the other side says beside the words of a race where another name is in the way for good.
const IN_THE_WAY: &str = "exists; cannot create";

/// Returns whether the reason of a status line says that the branch moved, or is being moved, and no remark that it never
/// can.
pub(super) fn is_race(reason: &str, said: &[String]) -> bool {
    let reason = reason.to_lowercase();
    let is_in_the_way = said.iter().any(|line| line.contains(IN_THE_WAY));
    !is_in_the_way && !reason.contains(IN_THE_WAY) && RACES.iter().any(|race| reason.contains(race))
}

impl Bar {
    /// Returns what stands against a push by what was said.
    pub(super) fn of(reason: &str, said: &[String]) -> Self {
        let text = format!("{reason}\n{}", said.join("\n")).to_lowercase();
        WORDS.iter().find(|(word, _)| text.contains(word)).map_or(Self::Rule, |(_, bar)| *bar)
    }

    /// Returns the flag or the command that leads round it; `None` where only the server's side can mend it.
    pub(super) fn way_out(self, branch: &str) -> Option<&'static str> {
        let is_ours = branch.starts_with("leeward/");
        match self {
            Self::Protected if is_ours => Some("--push-to BRANCH"),
            Self::Protected => Some("--push --pr"),
            Self::Name => Some("--push-to BRANCH"),
            Self::Unsigned => Some("--sign"),
            Self::Author => Some("git config user.email ADDRESS"),
            Self::Shallow => Some("git fetch --unshallow"),
            Self::Rights | Self::Size | Self::Rule => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_words_of_each_forge() {
        for (said, want) in [
            ("error: GH006: Protected branch update failed for refs/heads/main.", Bar::Protected),
            (
                "error: GH013: Repository rule violations found\nChanges must be made through a pull request.",
                Bar::Protected,
            ),
            ("GitLab: You are not allowed to push code to protected branches on this project.", Bar::Protected),
            ("Gitea: Not allowed to push to protected branch main", Bar::Protected),
            ("error: branch is protected from push", Bar::Protected),
            ("Branch refs/heads/main can only be modified through pull requests.", Bar::Protected),
            ("TF402455: Pushes to this branch are not permitted; you must use a pull request", Bar::Protected),
            ("TF401027: You need the Git 'GenericContribute' permission", Bar::Rights),
            ("GitLab: You are not allowed to push code to this project.", Bar::Rights),
            ("Commits must have verified signatures.", Bar::Unsigned),
            ("GitLab: Commit must be signed with a GPG key", Bar::Unsigned),
            ("error: GH007: Your push would publish a private email address.", Bar::Author),
            ("GitLab: Committer's email 'a@b' does not follow the pattern '@c$'", Bar::Author),
            ("GitLab: Branch name 'leeward/a/b' does not follow the pattern '^x'", Bar::Name),
            ("error: GH001: Large files detected.", Bar::Size),
            ("remote: Gitea: quota exceeded", Bar::Size),
            ("the moon is in the wrong house", Bar::Rule),
        ] {
            assert_eq!(Bar::of("pre-receive hook declined", &[said.to_owned()]), want, "{said}");
        }
        assert_eq!(Bar::of("shallow update not allowed", &[]), Bar::Shallow);
    }

    #[test]
    fn tells_a_race_from_a_refusal() {
        for race in
            ["stale info", "fetch first", "incorrect old value provided", "Cannot lock ref 'refs/heads/x': is at 1"]
        {
            assert!(is_race(race, &[]), "{race}");
            let said = ["error: 'refs/heads/x' exists; cannot create 'refs/heads/x/y'".to_owned()];
            assert!(!is_race(race, &said), "{race}");
        }
        for refusal in ["pre-receive hook declined", "protected branch hook declined", "shallow update not allowed"] {
            assert!(!is_race(refusal, &[]), "{refusal}");
        }
    }
}

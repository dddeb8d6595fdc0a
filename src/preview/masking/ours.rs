//! The words of the preview's own sentences, in which a secret that happens to be such a word is no secret. Asked by the
//! mask. Must hold nothing but what the room itself writes: no name, no value, nothing that was read.

use std::ops::Range;

/// Parts of sentences, as the room writes them.
const OURS: [&str; 34] = [
    "intended and does not happen: ",
    "another field manager holds it",
    "merging this also reverts a manual change: ",
    "merging this also changes what is live and not part of it: ",
    "the live object lacks the marks of its controller, which come with the apply: ",
    "the API server's answer differs from the prediction in ",
    ": the answer counts",
    " is already there: Git takes it over",
    "Git has it and the cluster has not: it is made again",
    "leaves Git and stays in the cluster: ",
    "automated pruning is off: not deleted unless somebody syncs with prune",
    " of the Kustomization is off",
    " is deleted: ",
    "the cluster goes; its finalizers decide whether its volumes and Secrets go with it",
    "its data goes unless the volume's reclaim policy keeps it",
    "what names it stops working, restores of backups included",
    "everything in it goes",
    "merging this deletes ",
    " is suspended: merging changes nothing until it is resumed",
    ": merging changes nothing until somebody syncs ",
    " was not read: Secrets are not asked for",
    "a field goes, and the API server may fill in a default that its schema does not name",
    "it goes, and the API server may fill in a default that its schema does not name",
    "only the metadata was read",
    "the values were not read",
    "moves to the root ",
    "comes from the root ",
    " comes first it is handed over, where ",
    " does it is deleted and made anew: nothing orders the two",
    " applies both, so it stays",
    ": merging into ",
    " changes nothing there until it follows that",
    " changes objects after the build, which is not modelled",
    " may change this object after the build, which is not modelled",
];

/// Returns where a text holds the room's own words.
pub(super) fn ranges(text: &str) -> Vec<Range<usize>> {
    let of = |own: &&str| text.match_indices(*own).map(|(at, own)| at..at + own.len()).collect::<Vec<_>>();
    OURS.iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::Mask;
    use super::*;

    fn masked(sentence: &str, word: &str) -> String {
        Mask::over(HashSet::from([word.to_owned()]), None).sentence(sentence)
    }

    #[test]
    fn a_word_of_ours_stays_and_the_same_word_of_others_goes() {
        let fact = "intended and does not happen: `spec.happen`: another field manager holds it";
        let shown = "intended and does not happen: `spec.***`: another field manager holds it";
        assert_eq!(masked(fact, "happen"), shown);
        assert_eq!(masked("happen: happen", "happen"), "***: ***");
        // A word that only ends in ours is somebody's.
        assert_eq!(masked("x moves to the root `a`", "x moves"), "*** to the root `a`");
    }

    #[test]
    fn every_part_is_what_the_room_writes() {
        let room: String = [
            include_str!("../applied.rs"),
            include_str!("../create.rs"),
            include_str!("../crosscheck.rs"),
            include_str!("../dry_run.rs"),
            include_str!("../follow.rs"),
            include_str!("../moved.rs"),
            include_str!("../object.rs"),
            include_str!("../prune.rs"),
            include_str!("../root.rs"),
            include_str!("../transform.rs"),
        ]
        .concat();
        let unknown: Vec<&str> = OURS.into_iter().filter(|own| !room.contains(own)).collect();
        assert_eq!(unknown, Vec::<&str>::new());
    }
}

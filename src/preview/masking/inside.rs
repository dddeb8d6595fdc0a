//! Finds secrets inside other texts, all of them in one pass. Asked by the mask. Must never take more room or time than the
//! text has bytes, however many secrets overlap: both come from who proposes a change.

use std::ops::Range;

use aho_corasick::Anchored;
use aho_corasick::automaton::Automaton as _;
use aho_corasick::nfa::contiguous::NFA;

/// Some words, to be found inside texts.
pub(super) struct Inside(NFA);

impl Inside {
    /// Returns what finds these words.
    pub(super) fn of<'a>(words: impl Iterator<Item = &'a String>) -> Self {
        Self(NFA::new(words).expect("what is read is smaller than what an automaton takes"))
    }

    /// Returns where these words stand in a text, save those that stand within one of these ranges: in order, words that
    /// overlap as one.
    pub(super) fn ranges(&self, text: &str, spared: &[Range<usize>]) -> Vec<Range<usize>> {
        let is_spared =
            |found: &Range<usize>| spared.iter().any(|own| own.start <= found.start && found.end <= own.end);
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for mut found in self.longest(text).filter(|found| !is_spared(found)) {
            while let Some(last) = ranges.pop_if(|last| last.end > found.start) {
                found.start = found.start.min(last.start);
            }
            ranges.push(found);
        }
        ranges
    }

    /// Returns the longest word that ends at each byte, in the order of their ends. The others that end there are within it:
    /// they hide nothing more, and where it is spared, so are they.
    fn longest(&self, text: &str) -> impl Iterator<Item = Range<usize>> {
        let mut state = self.0.start_state(Anchored::No).expect("every automaton starts without an anchor");
        text.bytes().enumerate().filter_map(move |(at, byte)| {
            state = self.0.next_state(Anchored::No, state, byte);
            // A state holds its own word first, then those of its suffixes, each shorter than the last.
            self.0.is_match(state).then(|| at + 1 - self.0.pattern_len(self.0.match_pattern(state, 0))..at + 1)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Returns what finds these words.
    fn inside(words: &[String]) -> Inside {
        Inside::of(words.iter())
    }

    #[test]
    fn words_that_overlap_without_end_take_no_more_room_than_the_text() {
        let words: Vec<String> = (4..304).map(|length| "a".repeat(length)).collect();
        let (inside, text) = (inside(&words), "a".repeat(100_000));
        assert_eq!(inside.longest(&text).count(), text.len() - 3);
        assert_eq!(inside.ranges(&text, &[]), vec![0..text.len(); 1]);
    }

    proptest! {
        /// What every single word covers, byte by byte, is what is found.
        #[test]
        fn every_byte_of_every_word_is_found_and_no_other(
            words in prop::collection::hash_set("[abü]{1,4}", 1..8), text in "[abcü]{0,24}", own in (0_usize..24, 0_usize..24),
        ) {
            let words: Vec<String> = words.into_iter().collect();
            let own = own.0.min(own.1)..own.0.max(own.1);
            let mut covered = vec![false; text.len()];
            for word in &words {
                for at in (0..text.len()).filter(|at| text.as_bytes()[*at..].starts_with(word.as_bytes())) {
                    let end = at + word.len();
                    if !(own.start <= at && end <= own.end) {
                        covered[at..end].fill(true);
                    }
                }
            }
            let ranges = inside(&words).ranges(&text, std::slice::from_ref(&own));
            let mut found = vec![false; text.len()];
            let mut end = 0;
            for range in ranges {
                prop_assert!(end <= range.start && text.is_char_boundary(range.start) && text.is_char_boundary(range.end));
                end = range.end;
                found[range].fill(true);
            }
            prop_assert_eq!(found, covered);
        }
    }
}

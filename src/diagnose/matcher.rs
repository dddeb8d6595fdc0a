//! The table, compiled: every text of it is looked for at once. Finds the lines of a block that may say something, and
//! tells what one line says. Must never decide what follows from several lines.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind};

use super::line::without_names;
use super::origin::without_origin;
use super::signature::{Says, Signature, Speaker};
use super::table;

/// What uploads say when a part of them is done. Looked for by itself: a log may consist of nothing else.
const PROGRESS: [&str; 3] = ["successfully uploaded chunk", "successfully wrote binlog file", "upload completed"];

/// The compiled table.
static MATCHER: LazyLock<Matcher> = LazyLock::new(Matcher::compile);

/// The compiled table.
pub(super) struct Matcher {
    /// Looks for texts of which a line needs one.
    triggers: AhoCorasick,
    /// Looks for what uploads say.
    progress: AhoCorasick,
    /// Looks for every text.
    texts: AhoCorasick,
    /// How many texts there are.
    n_texts: usize,
    /// The rows.
    rows: Vec<Row>,
}

/// A row whose texts are numbers.
struct Row {
    /// The row as written.
    signature: &'static Signature,
    /// One of these.
    any: Vec<usize>,
    /// One of these too.
    with: Vec<usize>,
    /// None of these.
    without: Vec<usize>,
}

impl Row {
    /// Returns whether a line with these texts is one that the row is about.
    fn matches(&self, has: &[bool]) -> bool {
        let one_of = |texts: &[usize]| texts.iter().any(|text| has[*text]);
        one_of(&self.any) && (self.with.is_empty() || one_of(&self.with)) && !one_of(&self.without)
    }
}

impl Matcher {
    /// Returns the compiled table.
    pub(super) fn get() -> &'static Self {
        &MATCHER
    }

    /// Compiles the table.
    fn compile() -> Self {
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        let mut number = |texts: &'static [&'static str]| -> Vec<usize> {
            let mut of = |text| {
                let next = numbers.len();
                *numbers.entry(text).or_insert(next)
            };
            texts.iter().map(|text| of(*text)).collect()
        };
        let rows: Vec<Row> = table::signatures()
            .map(|signature| Row {
                signature,
                any: number(signature.any),
                with: number(signature.with),
                without: number(signature.without),
            })
            .collect();
        let mut texts: Vec<(usize, &str)> = numbers.into_iter().map(|(text, number)| (number, text)).collect();
        texts.sort_unstable();
        // Who only ever says nothing needs no look at the line.
        let speaks = |row: &&Row| row.signature.says != Says::Nothing;
        let triggers = rows.iter().filter(speaks).flat_map(|row| row.signature.any);
        Self {
            triggers: automaton(triggers.copied(), AhoCorasickKind::DFA),
            progress: automaton(PROGRESS.into_iter(), AhoCorasickKind::DFA),
            n_texts: texts.len(),
            texts: automaton(texts.into_iter().map(|(_, text)| text), AhoCorasickKind::ContiguousNFA),
            rows,
        }
    }

    /// Returns where, from an offset on, the next text stands of which a line needs one.
    pub(super) fn next(&self, block: &[u8], from: usize) -> Option<usize> {
        self.triggers.find(Input::new(block).span(from..block.len())).map(|found| found.start())
    }

    /// Returns where the last text stands that says that something was uploaded.
    pub(super) fn last_progress(&self, block: &[u8]) -> Option<usize> {
        self.progress.find_iter(block).last().map(|found| found.start())
    }

    /// Returns the rows that a line of a speaker matches; none where it is known to say nothing.
    pub(super) fn rows(&self, line: &str, speaker: Speaker) -> Vec<&'static Signature> {
        let mut has = vec![false; self.n_texts];
        for found in self.texts.find_overlapping_iter(&without_names(&without_origin(line))) {
            has[found.pattern().as_usize()] = true;
        }
        let said_by = |row: &&Row| row.signature.by == Speaker::Anyone || row.signature.by == speaker;
        let rows = self.rows.iter().filter(said_by).filter(|row| row.matches(&has));
        let matching: Vec<_> = rows.map(|row| row.signature).collect();
        if matching.iter().any(|signature| signature.says == Says::Nothing) { Vec::new() } else { matching }
    }
}

/// Returns what looks for texts at once, without regard to case: through every line by a full table, through the few in which
/// something was found by what is built sooner.
fn automaton<'a>(texts: impl Iterator<Item = &'a str>, kind: AhoCorasickKind) -> AhoCorasick {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::Standard)
        .kind(Some(kind))
        .build(texts)
        .expect("the table has no more texts than an automaton can hold")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_texts_in_lower_case_a_name_of_its_own_and_a_source() {
        let mut names = std::collections::BTreeSet::new();
        for Row { signature, .. } in &Matcher::get().rows {
            assert!(names.insert(signature.id), "`{}` is there twice", signature.id);
            assert!(!signature.any.is_empty() && !signature.source.is_empty(), "{}", signature.id);
            for text in [signature.any, signature.with, signature.without].concat() {
                assert!(!text.is_empty() && text == text.to_lowercase(), "`{text}` of {}", signature.id);
            }
        }
    }

    #[test]
    fn names_that_people_chose_say_nothing() {
        let said = |line: &str| Matcher::get().rows(line, Speaker::Anyone).iter().map(|row| row.id).collect::<Vec<_>>();
        let refused = r#"Head "https://mysql-gcomm.example:9000/accessdenied-webhook/": dial tcp 10.0.0.1:9000: connect: connection refused"#;
        assert_eq!(said(refused), ["network-broken"]);
        let nameless = r#"Head "https://wsrep.x/": dial tcp: lookup wsrep.x on 10.96.0.10:53: no such host"#;
        assert_eq!(said(nameless), ["no-such-host"]);
        assert_eq!(said("aws s3 ls s3://accessdenied/slowdown/"), [""; 0]);
        let kubernetes =
            r#"Get "https://10.96.0.1:443/api/v1/namespaces": dial tcp 10.96.0.1:443: connect: connection refused"#;
        assert_eq!(said(kubernetes), [""; 0]);
    }

    #[test]
    fn a_row_can_match_its_own_texts() {
        for Row { signature, .. } in &Matcher::get().rows {
            let more = signature.with.first().unwrap_or(&"");
            let is_free = |line: &String| !signature.without.iter().any(|without| line.contains(without));
            let lines = signature.any.iter().map(|text| format!("{text} {more}")).filter(is_free);
            assert!(lines.count() > 0, "no line can match {}", signature.id);
        }
    }
}

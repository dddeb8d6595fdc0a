//! What the aliases of a stream add to it, weighed from the events of a parser that expands none, so that the reader
//! which does expand them stays bounded.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser};

use crate::failure::{Failure, refused};

/// The most bytes and nodes that aliases may add to a stream.
pub const ADDED_MAX: usize = 1 << 20;

/// The most brackets inside each other, closed or not, that a reader is given.
const BRACKETS_MAX: usize = 500;

/// The weight of a stream as its events go by.
#[derive(Debug, Default)]
pub struct Scale {
    /// The collections that are not closed yet, outermost first: the number of the anchor, the weight so far.
    open: Vec<(usize, usize)>,
    /// The weight of every closed anchor.
    anchors: HashMap<usize, usize>,
    /// What aliases added so far.
    added: usize,
}

/// How far aliases expand a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expansion {
    /// Not far.
    Bounded,
    /// Too far, or without end.
    Unbounded(Failure),
    /// Brackets lie deeper inside each other than a reader may be given: the time it takes grows with the square.
    Deep(Failure),
    /// The text is no YAML to the weighing parser.
    Unknown,
}

impl Scale {
    /// Takes the next event, which stands on a line.
    ///
    /// # Errors
    /// Refuses an alias inside what it names, and aliases that together add more than [`ADDED_MAX`].
    pub fn take(&mut self, event: &Event<'_>, line: usize) -> Result<(), Failure> {
        match event {
            Event::Scalar(value, _, anchor, _) => self.close(*anchor, 1 + value.len()),
            Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _) => self.open.push((*anchor, 1)),
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some((anchor, weight)) = self.open.pop() {
                    self.close(anchor, weight);
                }
            }
            Event::Alias(anchor) => {
                let inside = || refused(format!("line {line}: alias inside what it names"));
                let weight = *self.anchors.get(anchor).ok_or_else(inside)?;
                self.added = self.added.saturating_add(weight);
                self.close(0, weight);
            }
            _ => {}
        }
        if self.added <= ADDED_MAX {
            return Ok(());
        }
        Err(refused(format!("line {line}: aliases make it grow by more than {} MiB", ADDED_MAX >> 20))
            .hint(format!("write out the alias in line {line}")))
    }

    /// Adds a complete node to what it lies in.
    fn close(&mut self, anchor: usize, weight: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, weight);
        }
        if let Some((_, outer)) = self.open.last_mut() {
            *outer = outer.saturating_add(weight);
        }
    }
}

/// Returns how far aliases expand a text; reads it only where it may have any, or may be deep.
pub(super) fn expansion(text: &str) -> Expansion {
    let is_deep = brackets(text) > BRACKETS_MAX;
    let may_alias = text.contains('&') && text.contains('*');
    if !is_deep && !may_alias {
        return Expansion::Bounded;
    }
    let mut scale = Scale::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = match event {
            Ok(read) => read,
            Err(error) if is_deep => {
                return Expansion::Deep(refused(format!("line {}: {}", error.marker().line(), error.info())));
            }
            Err(_) => return Expansion::Unknown,
        };
        if scale.open.len() > BRACKETS_MAX {
            let line = span.start.line();
            return Expansion::Deep(refused(format!("line {line}: more than {BRACKETS_MAX} levels inside each other")));
        }
        if let Err(failure) = scale.take(&event, span.start.line()) {
            return Expansion::Unbounded(failure);
        }
    }
    Expansion::Bounded
}

/// Returns how deep brackets lie inside each other at most; those in texts and comments count too, so it may be less.
fn brackets(text: &str) -> usize {
    let (mut depth, mut most) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        most = most.max(depth);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list of `wide` elements, named `uses` times.
    fn wide(wide: usize, uses: usize) -> String {
        format!("a: &a [{}]\nb: [{}]\n", vec!["x"; wide].join(", "), vec!["*a"; uses].join(", "))
    }

    #[test]
    fn weighs_what_aliases_add() {
        assert_eq!(expansion(&wide(100, 100)), Expansion::Bounded);
        let Expansion::Unbounded(failure) = expansion(&wide(2_000, 2_000)) else { panic!("4,000,000 elements") };
        assert_eq!(failure.fact, "line 2: aliases make it grow by more than 1 MiB");
    }

    #[test]
    fn weighs_aliases_of_aliases_and_those_without_end() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for i in 1..12 {
            let items = vec![format!("*a{}", i - 1); 9].join(", ");
            bomb.extend([format!("a{i}: &a{i} [{items}]\n")]);
        }
        assert!(matches!(expansion(&bomb), Expansion::Unbounded(_)));
        assert!(matches!(expansion("a: &a [*a]\n"), Expansion::Unbounded(failure) if failure.fact.contains("inside")));
    }

    #[test]
    fn refuses_brackets_that_a_reader_would_take_long_for() {
        for deep in ["[".repeat(100_000), "{a: ".repeat(100_000), format!("{}{}", "[".repeat(501), "]".repeat(501))] {
            assert!(matches!(expansion(&deep), Expansion::Deep(_)), "{}", &deep[..8]);
        }
        let text = format!("script: |\n  {}\n", "[".repeat(1_000));
        assert_eq!(expansion(&text), Expansion::Bounded);
    }

    #[test]
    fn leaves_what_is_no_yaml_to_its_reader() {
        assert_eq!(expansion("a & b * c: [\n"), Expansion::Unknown);
        assert_eq!(expansion("schedule: 0 0 * * *\n"), Expansion::Bounded);
    }
}

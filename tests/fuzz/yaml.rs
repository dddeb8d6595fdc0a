//! Random YAML text: odd scalars, all styles, flow and block, comments, anchors.
#![expect(clippy::format_push_string, reason = "text is built piece by piece, speed does not matter")]

use crate::random::Random;

/// Plain scalars that mean something somewhere.
const PLAIN: [&str; 66] = [
    "true",
    "True",
    "yes",
    "no",
    "on",
    "off",
    "y",
    "n",
    "Y",
    "~",
    "null",
    "Null",
    "NULL",
    "0",
    "1",
    "-1",
    "+3",
    "0777",
    "0o17",
    "0x1F",
    "0b101",
    "1_000",
    "1:30",
    "12:30:45",
    "1.0",
    "1e3",
    "1E-7",
    "12345678.9",
    ".5",
    "5.",
    "-.5",
    "1e21",
    "123456789012",
    "9007199254740993",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "2001-01-01",
    "2001-1-2",
    "2001-01-01T10:00:00Z",
    "2001-12-14t21:59:43.10-05:00",
    "2024-02-30",
    "0.1",
    "100m",
    "1Gi",
    "foo",
    "a b c",
    "a:b",
    "a#b",
    "-x",
    "http://x/y?z=1&w=2",
    "*.x",
    "-0",
    "-0.0",
    "08",
    "0b",
    "0x",
    "1e",
    "<<x",
    "=",
    "a,b",
    "é",
    "日本",
    "🙂",
    "1.2.3.4",
    "x y: z",
];

/// Texts for quoted and block scalars.
const TEXTS: [&str; 30] = [
    "",
    " ",
    "a",
    " a",
    "a ",
    "true",
    "123",
    "1e3",
    "~",
    "yes",
    "y",
    "2001-01-01",
    "a\nb",
    "a\nb\n",
    "a\n\nb\n\n",
    "\na",
    "  a\nb",
    "a\n  b\nc\n",
    "a \nb",
    "tab\there",
    "q\"uote",
    "it's",
    "back\\slash",
    "# no",
    "- x",
    "k: v",
    "é ü",
    "🙂 x",
    "a long line of words that goes on and on past eighty columns so that the emitter has to fold it somewhere, doesn't it",
    "{a: b}",
];

/// Writes random values.
pub(crate) struct Writer<'a> {
    /// The source of choices.
    pub(crate) random: &'a mut Random,
    /// Names of anchors written so far in this document.
    pub(crate) anchors: Vec<String>,
}

impl Writer<'_> {
    /// Returns the text of a value for a key at `indent`, from the character after the colon, line break included.
    pub(crate) fn value(&mut self, indent: usize, depth: usize) -> String {
        let roll = self.random.below(20);
        match roll {
            0..=2 if depth > 0 => self.block_map(indent + 2, depth - 1, true),
            3..=4 if depth > 0 => {
                let deeper = 2 * self.random.below(2);
                self.block_list(indent + deeper, depth - 1)
            }
            5 if depth > 0 => format!(" {}\n", self.flow(depth - 1)),
            6 if !self.anchors.is_empty() => {
                let at = self.random.below(self.anchors.len());
                format!(" *{}\n", self.anchors[at])
            }
            7 | 8 => self.block_scalar(indent + 2),
            9 => "\n".to_owned(),
            _ => format!(" {}\n", self.scalar()),
        }
    }

    /// Returns a scalar of one line.
    pub(crate) fn scalar(&mut self) -> String {
        match self.random.below(6) {
            0..=2 => self.random.pick(&PLAIN).to_owned().replace("x y: z", "x y"),
            3 => format!("'{}'", self.one_line().replace('\'', "''")),
            4 => double_quoted(self.random.pick(&TEXTS)),
            _ => format!("{}{}", ["a", "b-c", "x.y", "k8s"][self.random.below(4)], self.random.below(30)),
        }
    }

    /// A text without line breaks or tabs.
    fn one_line(&mut self) -> String {
        self.random.pick(&TEXTS).replace(['\n', '\t'], " ")
    }

    /// A literal or folded block.
    fn block_scalar(&mut self, indent: usize) -> String {
        let text = self.random.pick(&TEXTS);
        let text = if text.trim().is_empty() || text.starts_with([' ', '\n']) { "plain start\nsecond" } else { text };
        let style = self.random.pick(&["|", "|-", "|+", ">", ">-", ">+"]);
        let mut out = format!(" {style}\n");
        for line in text.split('\n') {
            if line.is_empty() {
                out.push('\n');
            } else {
                out.push_str(&format!("{}{line}\n", " ".repeat(indent)));
            }
        }
        out
    }

    /// A block mapping; `may_anchor` allows an anchor in front.
    pub(crate) fn block_map(&mut self, indent: usize, depth: usize, may_anchor: bool) -> String {
        let mut out = String::new();
        let anchor = (may_anchor && self.random.one_in(6)).then(|| format!("a{}", self.random.below(1000)));
        if let Some(anchor) = &anchor {
            out.push_str(&format!(" &{anchor}"));
        }
        out.push('\n');
        let mut used = Vec::new();
        if !self.anchors.is_empty() && self.random.one_in(6) {
            let at = self.random.below(self.anchors.len());
            out.push_str(&format!("{}<<: *{}\n", " ".repeat(indent), self.anchors[at]));
        }
        for _ in 0..=self.random.below(4) {
            let key = self.key();
            if used.contains(&key) {
                continue;
            }
            if self.random.one_in(8) {
                out.push_str(&format!("{}# a comment\n", " ".repeat(indent)));
            }
            let value = self.value(indent, depth);
            out.push_str(&format!("{}{key}:{value}", " ".repeat(indent)));
            used.push(key);
        }
        self.anchors.extend(anchor);
        out
    }

    /// A key.
    fn key(&mut self) -> String {
        match self.random.below(14) {
            0 => "\"123\"".to_owned(),
            1 => "'true'".to_owned(),
            2 => "a.b/c".to_owned(),
            3 => "x-y_z".to_owned(),
            4 => "yes".to_owned(),
            5 => format!("k{}", self.random.below(30)),
            _ => self.random.pick(&["alpha", "beta", "Gamma", "delta", "name", "items", "spec", "size"]).to_owned(),
        }
    }

    /// A block sequence.
    fn block_list(&mut self, indent: usize, depth: usize) -> String {
        let mut out = "\n".to_owned();
        let pad = " ".repeat(indent);
        for _ in 0..=self.random.below(3) {
            match self.random.below(8) {
                0 if depth > 0 => {
                    let map = self.block_map(indent + 2, depth - 1, false);
                    let map = map.trim_start_matches('\n');
                    if !map.trim_start().starts_with('#') {
                        out.push_str(&format!("{pad}- {}", map.trim_start()));
                    }
                }
                1 => out.push_str(&format!("{pad}-{}", self.block_scalar(indent + 2))),
                2 if depth > 0 => out.push_str(&format!("{pad}- {}\n", self.flow(depth - 1))),
                _ => out.push_str(&format!("{pad}- {}\n", self.scalar())),
            }
        }
        if out == "\n" { " []\n".to_owned() } else { out }
    }

    /// A flow collection.
    pub(crate) fn flow(&mut self, depth: usize) -> String {
        let count = self.random.below(3);
        let is_map = self.random.one_in(2);
        let mut parts = Vec::new();
        for at in 0..count {
            let value = if depth > 0 && self.random.one_in(3) { self.flow(depth - 1) } else { self.flow_scalar() };
            parts.push(if is_map { format!("f{at}: {value}") } else { value });
        }
        let (open, close) = if is_map { ('{', '}') } else { ('[', ']') };
        format!("{open}{}{close}", parts.join(", "))
    }

    /// A scalar that is safe inside brackets.
    fn flow_scalar(&mut self) -> String {
        let scalar = self.scalar();
        let is_quoted = scalar.starts_with(['\'', '"']);
        if is_quoted || !scalar.contains([',', '[', ']', '{', '}', '?', ':', '#', '*', '<', '=']) {
            scalar
        } else {
            "w".to_owned()
        }
    }
}

/// A double-quoted scalar.
pub(crate) fn double_quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t");
    let escaped = escaped.replace('\r', "\\r").replace('\u{feff}', "\\uFEFF");
    format!("\"{escaped}\"")
}

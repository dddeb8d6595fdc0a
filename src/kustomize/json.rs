//! A strict JSON reader for patches written as JSON.
//!
//! Numbers keep their text; of equal keys the last wins, as in Go. Depth is bounded, so recursion is.

use std::sync::Arc;

use super::fault::Fault;
use super::value::Value;

/// The reader's place in the text.
struct Reader<'a> {
    /// The whole text.
    text: &'a str,
    /// Byte offset of the next character.
    at: usize,
    /// Levels that may still be entered.
    depth: usize,
}

/// Reads one JSON value that fills the text.
pub(super) fn read(text: &str, depth: usize) -> Result<Value, Fault> {
    let mut reader = Reader { text, at: 0, depth };
    let value = reader.value()?;
    reader.blanks();
    if reader.at < text.len() {
        return Err(reader.wrong());
    }
    Ok(value)
}

impl Reader<'_> {
    /// The fault for the current place.
    fn wrong(&self) -> Fault {
        Fault::invalid(format!("not JSON at byte {}", self.at))
    }

    /// The next byte.
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Skips blanks.
    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Takes a mark after blanks.
    fn takes(&mut self, mark: u8) -> bool {
        self.blanks();
        let is_there = self.peek() == Some(mark);
        self.at += usize::from(is_there);
        is_there
    }

    /// Reads a value.
    fn value(&mut self) -> Result<Value, Fault> {
        self.blanks();
        match self.peek() {
            Some(b'{' | b'[') => {
                self.depth = self.depth.checked_sub(1).ok_or_else(|| Fault::Limit("nested JSON levels".to_owned()))?;
                let value = if self.takes(b'{') { self.map() } else { self.list() };
                self.depth += 1;
                value
            }
            Some(b'"') => self.string().map(|text| Value::String(Arc::from(text.as_str()))),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    /// Reads a map after its bracket.
    fn map(&mut self) -> Result<Value, Fault> {
        let mut entries: Vec<(Arc<str>, Value)> = Vec::new();
        if self.takes(b'}') {
            return Ok(Value::Map(entries));
        }
        loop {
            self.blanks();
            let key: Arc<str> = Arc::from(self.string()?.as_str());
            if !self.takes(b':') {
                return Err(self.wrong());
            }
            let value = self.value()?;
            entries.retain(|(name, _)| *name != key);
            entries.push((key, value));
            if self.takes(b'}') {
                return Ok(Value::Map(entries));
            }
            if !self.takes(b',') {
                return Err(self.wrong());
            }
        }
    }

    /// Reads a list after its bracket.
    fn list(&mut self) -> Result<Value, Fault> {
        self.takes(b'[');
        let mut items = Vec::new();
        if self.takes(b']') {
            return Ok(Value::List(items));
        }
        loop {
            items.push(self.value()?);
            if self.takes(b']') {
                return Ok(Value::List(items));
            }
            if !self.takes(b',') {
                return Err(self.wrong());
            }
        }
    }

    /// Reads a number.
    fn number(&mut self) -> Result<Value, Fault> {
        let rest = &self.text[self.at..];
        let end =
            rest.find(|letter: char| !matches!(letter, '0'..='9' | '+' | '-' | '.' | 'e' | 'E')).unwrap_or(rest.len());
        let text = &rest[..end];
        if !is_number(text) {
            return Err(self.wrong());
        }
        self.at += end;
        Ok(Value::Number(text.to_owned()))
    }

    /// Reads `true`, `false` or `null`.
    fn word(&mut self) -> Result<Value, Fault> {
        for (word, value) in [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Null)] {
            if self.text[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.wrong())
    }

    /// Reads a string.
    fn string(&mut self) -> Result<String, Fault> {
        if self.peek() != Some(b'"') {
            return Err(self.wrong());
        }
        self.at += 1;
        let mut out = String::new();
        loop {
            let letter = self.text[self.at..].chars().next().ok_or_else(|| self.wrong())?;
            self.at += letter.len_utf8();
            match letter {
                '"' => return Ok(out),
                '\\' => out.push(self.escape()?),
                '\0'..='\u{1F}' => return Err(self.wrong()),
                letter => out.push(letter),
            }
        }
    }

    /// Reads an escape after its backslash.
    fn escape(&mut self) -> Result<char, Fault> {
        let mark = self.peek().ok_or_else(|| self.wrong())?;
        self.at += 1;
        Ok(match mark {
            b'"' | b'\\' | b'/' => char::from(mark),
            b'b' => '\u{8}',
            b'f' => '\u{C}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.code_point(),
            _ => return Err(self.wrong()),
        })
    }

    /// Reads the digits of a `\u` escape; pairs are joined, a lone half becomes U+FFFD as in Go.
    fn code_point(&mut self) -> Result<char, Fault> {
        let first = self.hex()?;
        if (0xD800..0xDC00).contains(&first) && self.text[self.at..].starts_with("\\u") {
            let before = self.at;
            self.at += 2;
            let second = self.hex()?;
            if (0xDC00..0xE000).contains(&second) {
                let code = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                return Ok(char::from_u32(code).unwrap_or('\u{FFFD}'));
            }
            self.at = before;
        }
        Ok(char::from_u32(first).unwrap_or('\u{FFFD}'))
    }

    /// Reads four hexadecimal digits.
    fn hex(&mut self) -> Result<u32, Fault> {
        let digits = self.text.get(self.at..self.at + 4).filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()));
        let value = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).ok_or_else(|| self.wrong())?;
        self.at += 4;
        Ok(value)
    }
}

/// Whether a text is a JSON number.
fn is_number(text: &str) -> bool {
    let body = text.strip_prefix('-').unwrap_or(text);
    let whole = body.bytes().take_while(u8::is_ascii_digit).count();
    let has_whole = whole == 1 || (whole > 1 && !body.starts_with('0'));
    let is_fraction_bare =
        body[whole..].starts_with('.') && !body[whole + 1..].starts_with(|c: char| c.is_ascii_digit());
    has_whole && !is_fraction_bare && super::number::is_yaml_float(body)
}

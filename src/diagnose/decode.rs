//! Bytes as programs wrote them to a file: UTF-16, as some shells redirect, becomes UTF-8; anything
//! else stays as it is, line by line. Must never hold more than a few bytes back.

/// What the bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Nothing has come yet.
    Unknown,
    /// ASCII or what contains it.
    Bytes,
    /// UTF-16, low byte first.
    Little,
    /// UTF-16, high byte first.
    Big,
}

/// Turns blocks into blocks whose line breaks are single bytes.
pub(super) struct Decoder {
    /// What the bytes are.
    form: Form,
    /// Bytes of a unit that is not whole yet.
    rest: Vec<u8>,
    /// The first half of a pair.
    high: Option<u16>,
}

impl Decoder {
    /// Returns a decoder of a file that starts.
    pub(super) fn new() -> Self {
        Self { form: Form::Unknown, rest: Vec::new(), high: None }
    }

    /// Adds a block to what is decoded.
    pub(super) fn decode(&mut self, block: &[u8], out: &mut Vec<u8>) {
        if self.form == Form::Bytes {
            out.extend_from_slice(block);
            return;
        }
        self.rest.extend_from_slice(block);
        if self.form == Form::Unknown {
            self.form = match self.rest.as_slice() {
                [0xff, 0xfe, ..] => Form::Little,
                [0xfe, 0xff, ..] => Form::Big,
                // Without a mark: logs begin with ASCII, and no other form has a zero in its first letters.
                [low, 0, next, 0, ..] if low.is_ascii() && next.is_ascii() => Form::Little,
                [0, high, 0, next, ..] if high.is_ascii() && next.is_ascii() => Form::Big,
                [] | [_] | [_, 0] | [_, 0, _] | [0, _] | [0, _, _] => return,
                _ => Form::Bytes,
            };
            let has_mark = matches!(self.rest.as_slice(), [0xff, 0xfe, ..] | [0xfe, 0xff, ..]);
            let skipped = if has_mark { 2 } else { 0 };
            self.rest.drain(..skipped);
        }
        if self.form == Form::Bytes {
            out.append(&mut self.rest);
            return;
        }
        let whole = self.rest.len() & !1;
        let bytes: Vec<u8> = self.rest.drain(..whole).collect();
        bytes.chunks_exact(2).for_each(|pair| self.unit([pair[0], pair[1]], out));
    }

    /// Adds what is left when the file ends.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        out.append(&mut self.rest);
    }

    /// Adds a unit of UTF-16.
    fn unit(&mut self, pair: [u8; 2], out: &mut Vec<u8>) {
        let unit = if self.form == Form::Little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) };
        let units: Vec<u16> = self.high.take().into_iter().chain([unit]).collect();
        if units.len() == 1 && (0xd800..0xdc00).contains(&unit) {
            self.high = Some(unit);
            return;
        }
        for c in char::decode_utf16(units) {
            out.extend(c.unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut [0; 4]).bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns what blocks of a size become.
    fn decoded(bytes: &[u8], size: usize) -> Vec<u8> {
        let (mut decoder, mut out) = (Decoder::new(), Vec::new());
        bytes.chunks(size).for_each(|block| decoder.decode(block, &mut out));
        decoder.finish(&mut out);
        out
    }

    #[test]
    fn reads_utf_16_however_it_is_cut() {
        let text = "error: ä💥\nnext\n";
        for (mark, bytes) in [
            (0xfeff_u16.to_le_bytes(), u16::to_le_bytes as fn(u16) -> [u8; 2]),
            (0xfeff_u16.to_be_bytes(), u16::to_be_bytes),
        ] {
            let bare: Vec<u8> = text.encode_utf16().flat_map(bytes).collect();
            let marked: Vec<u8> = mark.into_iter().chain(bare.clone()).collect();
            for size in 1..7 {
                assert_eq!(decoded(&marked, size), text.as_bytes(), "{size}");
                assert_eq!(decoded(&bare, size), text.as_bytes(), "{size}");
            }
        }
    }

    #[test]
    fn leaves_other_bytes_as_they_are() {
        for bytes in [&b"plain\n"[..], b"\xff", b"\xe9t\xe9\n", b"", b"x", b"x\0", b"x\0y"] {
            for size in 1..3 {
                assert_eq!(decoded(bytes, size), bytes);
            }
        }
    }
}

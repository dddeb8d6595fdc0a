//! Comments of a limited size: whole chunks, packed in order. Must never split a chunk, so no fence and no table row is
//! ever broken; what opens a run of chunks (a heading, the head of a table) is written again where a run goes on.

/// The smallest limit: a part must hold its marker, a heading and one object.
pub(super) const MINIMUM: usize = 2_000;
/// What the marker and the line `part 2 of 3` take at most.
const FRAME: usize = 160;

/// A piece of Markdown that stays whole.
#[derive(Debug, Clone)]
pub(super) struct Chunk {
    /// What has to stand before a run of chunks of this kind, outermost first: a heading, the head of a table.
    pub(super) opening: Vec<String>,
    /// The piece.
    pub(super) text: String,
}

impl Chunk {
    /// Returns a chunk of its own kind.
    pub(super) fn alone(text: String) -> Self {
        Self { opening: Vec::new(), text }
    }
}

/// Returns what a limit leaves for chunks.
pub(super) fn room(limit: usize) -> usize {
    limit.saturating_sub(FRAME)
}

/// Returns the chunks in parts of at most `limit` bytes.
pub(super) fn packed(chunks: &[Chunk], limit: usize) -> Vec<String> {
    let mut bodies = vec![String::new()];
    let mut last: &[String] = &[];
    for chunk in chunks {
        let known = last.iter().zip(&chunk.opening).take_while(|(old, new)| old == new).count();
        let body = bodies.last_mut().expect("there is always a part");
        let more = chunk.opening[known..].concat() + &chunk.text;
        if body.is_empty() || body.len() + more.len() <= room(limit) {
            body.push_str(&more);
        } else {
            bodies.push(chunk.opening.concat() + &chunk.text);
        }
        last = &chunk.opening;
    }
    let of = bodies.len();
    bodies.iter().enumerate().map(|(number, body)| part(number + 1, of, body)).collect()
}

/// Returns one part: its hidden marker, which part it is, what it says.
fn part(number: usize, of: usize, body: &str) -> String {
    let title = if of == 1 { String::new() } else { format!("*leeward preview, part {number} of {of}*\n\n") };
    let body = body.trim_start_matches('\n');
    format!("<!-- leeward:preview part={number} of={of} -->\n{title}{body}")
}

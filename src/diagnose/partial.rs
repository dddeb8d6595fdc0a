//! A code cut short, as `--limit-bytes` and terminals leave the last line: `An error occurred (SignatureDoesN`.
//! Must never guess between two causes.

use super::confidence::Confidence;
use super::signature::{Says, Signature};
use super::table;

/// What stands before a code.
const BEFORE: &str = "error occurred (";
/// The fewest characters of a code by which it is known.
const KNOWN: usize = 6;

/// Returns the row of the one cause whose codes start as the code of a line that ends too soon.
pub(super) fn code(line: &str) -> Option<&'static Signature> {
    let (_, code) = line.rsplit_once(BEFORE)?;
    let code = code.trim_end_matches(['.', '…']).to_ascii_lowercase();
    if code.len() < KNOWN || !code.chars().all(char::is_alphanumeric) {
        return None;
    }
    let starts = |signature: &&Signature| signature.any.iter().any(|text| text.starts_with(&code));
    let mut rows =
        table::signatures().filter(|row| matches!(row.says, Says::Cause(_, Confidence::Certain))).filter(starts);
    rows.next().filter(|_| rows.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_a_code_by_its_start_and_guesses_none() {
        let of = |line: &str| code(line).map(|row| row.id);
        assert_eq!(of("An error occurred (SignatureDoesN"), Some("wrong-secret"));
        assert_eq!(of("An error occurred (InvalidAccess…"), Some("unknown-key"));
        assert_eq!(of("An error occurred (Inval"), None);
        assert_eq!(of("An error occurred (SlowDo"), None);
        assert_eq!(of("An error occurred (AccessDenied) when"), None);
    }
}

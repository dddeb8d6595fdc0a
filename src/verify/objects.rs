//! Tenth: whether the bytes are there. `Succeeded` says that a Job ended well; a bucket that takes writes and keeps none, or
//! one that is not the one meant, says so too (operator.md 1, 12.23).

use super::verdict::{Check, CheckName};
use crate::model::live::Trouble;

/// The least size of the `.md5` of a backup that holds anything, in bytes (operator.md 12.23).
const MD5_LEAST: u64 = 23_000;

/// What lies where a backup says.
#[derive(Debug, Clone, PartialEq)]
pub enum Objects {
    /// They were counted.
    Counted(Count),
    /// They were not read.
    Unread(Trouble),
    /// There are none to be listed: it lies on a volume.
    OnVolume,
}

/// The objects below the place of a backup.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Count {
    /// How many hold its data.
    pub parts: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The size of its `.md5`, where it is there.
    pub md5: Option<u64>,
}

/// Returns whether the bytes of a backup are there; `None` where they lie on a volume.
pub fn objects(objects: &Objects) -> Option<Check> {
    let failed = |fact: String| Some(Check::failed(CheckName::Objects, fact));
    match objects {
        Objects::OnVolume => None,
        Objects::Unread(trouble) => Some(Check::unread(CheckName::Objects, "what lies there", trouble)),
        Objects::Counted(Count { parts: 0, .. }) => failed("nothing lies where it says".to_owned()),
        Objects::Counted(Count { parts, bytes: 0, .. }) => {
            failed(format!("{parts} objects lie there, all of them empty"))
        }
        Objects::Counted(Count { md5: None, parts, bytes }) => {
            failed(format!("{}, and no `.md5`, which a backup writes last", amount(*parts, *bytes)))
        }
        Objects::Counted(Count { md5: Some(0), parts, bytes }) => {
            failed(format!("{}, and an empty `.md5`", amount(*parts, *bytes)))
        }
        Objects::Counted(Count { md5: Some(md5), parts, bytes }) => {
            // The operator's own scripts take less for an empty backup, and leave it at that.
            let small =
                if *md5 < MD5_LEAST { format!(" (of {md5} bytes, less than a real backup's)") } else { String::new() };
            Some(Check::passed(CheckName::Objects, format!("{}, `.md5` there{small}", amount(*parts, *bytes))))
        }
    }
}

/// Returns how much that is: `1,204 objects, 38.1 GiB`.
fn amount(parts: u64, bytes: u64) -> String {
    let objects = if parts == 1 { "object" } else { "objects" };
    format!("{} {objects}, {}", grouped(parts), size(bytes))
}

/// Returns a number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Returns a size for people.
fn size(bytes: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} bytes");
    }
    // Tenths of the unit, so that no digit hangs on rounding.
    let (mut tenths, mut unit) = (bytes * 10 / 1024, units[0]);
    for next in &units[1..] {
        if tenths < 10_240 {
            break;
        }
        (tenths, unit) = (tenths / 1024, next);
    }
    format!("{}.{} {unit}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::Outcome;

    #[test]
    fn bytes_and_the_md5_are_both_needed() {
        let of = |parts, bytes, md5| {
            let check = objects(&Objects::Counted(Count { parts, bytes, md5 })).unwrap();
            (check.outcome, check.fact)
        };
        let says = |outcome, fact: &str| (outcome, fact.to_owned());
        let whole = says(Outcome::Passed, "1,204 objects, 38.1 GiB, `.md5` there");
        assert_eq!(of(1204, 41_000_000_000, Some(90_000)), whole);
        assert_eq!(of(0, 0, None), says(Outcome::Failed, "nothing lies where it says"));
        assert_eq!(of(3, 0, Some(1)), says(Outcome::Failed, "3 objects lie there, all of them empty"));
        let no_md5 = says(Outcome::Failed, "1 object, 1.0 KiB, and no `.md5`, which a backup writes last");
        assert_eq!(of(1, 1024, None), no_md5);
        let small =
            says(Outcome::Passed, "2 objects, 900 bytes, `.md5` there (of 66 bytes, less than a real backup's)");
        assert_eq!(of(2, 900, Some(66)), small);
        assert_eq!(objects(&Objects::OnVolume), None);
    }
}

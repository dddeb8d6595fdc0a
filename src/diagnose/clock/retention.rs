//! What a schedule's retention keeps. It counts backups that succeeded, so an outage alone makes it delete nothing
//! (operator.md 0); the next good run of the same name does.

use serde_json::Value;

use super::good::Good;

/// What retention keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// Every backup.
    All,
    /// The newest ones that succeeded.
    Newest {
        /// How many.
        count: u64,
        /// Whether data goes with the Backup object.
        deletes_data: bool,
    },
}

impl Keeps {
    /// Reads it from an entry of `schedule`: `retention`, else the older `keep`.
    pub fn read(schedule: &Value) -> Self {
        let retention = &schedule["retention"];
        let (count, deletes_data) = if retention.is_object() {
            let is_count = retention["type"].as_str().is_none_or(|kind| kind == "count");
            let count = retention["count"].as_u64().filter(|_| is_count);
            (count, retention["deleteFromStorage"].as_bool().unwrap_or(true))
        } else {
            (schedule["keep"].as_u64(), true)
        };
        match count {
            Some(count) if count > 0 => Self::Newest { count, deletes_data },
            _ => Self::All,
        }
    }

    /// Returns the first backup that goes after one more good run; `goods` are those of the schedule, the oldest first.
    pub(super) fn evicted<'a>(self, goods: impl Iterator<Item = &'a Good>) -> Option<String> {
        let Self::Newest { count, .. } = self else { return None };
        let goods: Vec<&Good> = goods.collect();
        (goods.len() as u64 >= count).then(|| goods.first().map(|good| good.name.clone())).flatten()
    }
}

//! Retention of moved schedules: kept as it was and spelled out, since an atomic list shows every default that is left
//! out as a difference for ever (operator.md 10).

use serde_json::{Map, Value, json};

use crate::model::incident::Action;
use crate::model::version::Rules;

/// How many backups a buffer keeps: each is a volume of its own (operator.md 3).
const BUFFER_COUNT: u32 = 2;

/// Sets the retention of a moved schedule.
pub(super) fn keep(schedule: &mut Map<String, Value>, action: Action, asked: Option<u32>, rules: Rules) {
    let asked = asked.or((action == Action::Buffer).then_some(BUFFER_COUNT));
    if rules.has_retention() {
        spell_out(schedule, action, asked);
    } else if let Some(count) = asked {
        schedule.insert("keep".to_owned(), json!(count));
    }
}

/// Writes `retention` with every field, from itself or from the deprecated `keep`.
fn spell_out(schedule: &mut Map<String, Value>, action: Action, asked: Option<u32>) {
    let was = schedule.get("retention").filter(|value| value.is_object()).cloned();
    let keep = schedule.get("keep").and_then(Value::as_u64).filter(|count| *count > 0);
    let field = |name: &str| was.as_ref().and_then(|was| was.get(name)).cloned();
    let Some(count) = asked.map(Value::from).or_else(|| field("count")).or_else(|| keep.map(Value::from)) else {
        return;
    };
    // A buffer's volumes have no owner from 1.19 on: only deletion through the Backup removes them (operator.md 3).
    let delete = if action == Action::Buffer { None } else { field("deleteFromStorage") };
    let kind = field("type").unwrap_or_else(|| json!("count"));
    let delete = delete.unwrap_or(Value::Bool(true));
    schedule.insert("retention".to_owned(), json!({"type": kind, "count": count, "deleteFromStorage": delete}));
    schedule.remove("keep");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::version::Version;

    fn kept(schedule: &Value, action: Action, asked: Option<u32>, version: &str) -> Value {
        let rules = Rules::new(Some(Version::parse(version).unwrap()), None).unwrap();
        let mut schedule = schedule.as_object().unwrap().clone();
        keep(&mut schedule, action, asked, rules);
        Value::Object(schedule)
    }

    #[test]
    fn spells_out_what_the_operator_would_default() {
        let spelled = json!({"retention": {"type": "count", "count": 7, "deleteFromStorage": true}});
        assert_eq!(kept(&json!({"retention": {"type": "count", "count": 7}}), Action::Failover, None, "1.20"), spelled);
        assert_eq!(kept(&json!({"keep": 7}), Action::Failover, None, "1.18"), spelled);
        let frozen = json!({"retention": {"type": "count", "count": 7, "deleteFromStorage": false}});
        assert_eq!(kept(&frozen, Action::Failover, None, "1.19"), frozen);
        assert_eq!(kept(&json!({}), Action::Failover, None, "1.19"), json!({}));
    }

    #[test]
    fn keeps_two_in_a_buffer_unless_asked() {
        let two = json!({"retention": {"type": "count", "count": 2, "deleteFromStorage": true}});
        assert_eq!(kept(&json!({"keep": 30}), Action::Buffer, None, "1.19"), two);
        let leaking = json!({"retention": {"type": "count", "count": 9, "deleteFromStorage": false}});
        assert_eq!(kept(&leaking, Action::Buffer, Some(2), "1.19"), two);
    }

    #[test]
    fn writes_nothing_but_keep_for_an_operator_without_retention() {
        assert_eq!(kept(&json!({"keep": 7}), Action::Failover, None, "1.17"), json!({"keep": 7}));
        assert_eq!(kept(&json!({"keep": 7}), Action::Buffer, None, "1.17"), json!({"keep": 2}));
    }
}

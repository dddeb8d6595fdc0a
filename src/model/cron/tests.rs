//! Laws and cases of cron expressions: what the operator reads, and that runs are what a clock shows minute by minute.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;

/// Returns the first runs after an instant.
fn first(expression: &str, after: &str, most: usize) -> Vec<String> {
    let cron = Cron::parse(expression).unwrap();
    cron.runs_after(after.parse().unwrap()).take(most).map(|run| run.to_string()).collect()
}

#[test]
fn finds_the_minute_two_schedules_share() {
    assert!(can_meet("0 0 * * *", "0 0 * * 6"));
    assert!(can_meet("0 3 * * *", "@daily") == can_meet("@daily", "0 3 * * *"));
    assert!(!can_meet("0 3 * * *", "@daily"));
    assert!(can_meet("* * * * *", "*/2 * * * *"));
    assert!(!can_meet("0 * * * *", "30 * * * *"));
    assert!(can_meet("0 0 29 2 *", "0 0 * * 1"));
    assert!(!can_meet("0 0 31 2 *", "* * * * *"));
}

#[test]
fn takes_what_it_cannot_read_or_compare_as_meeting() {
    assert!(can_meet("CRON_TZ=Europe/Berlin 0 3 * * *", "0 5 * * *"));
    assert!(!can_meet("CRON_TZ=Europe/Berlin 0 3 * * *", "CRON_TZ=Europe/Berlin 0 5 * * *"));
    assert!(can_meet("whenever", "0 5 * * *"));
}

#[test]
fn names_what_kills_the_operator() {
    assert_eq!(hazard("@every 1h"), Some(Hazard::Every));
    assert_eq!(hazard("54 9 * * 5"), Some(Hazard::ShortChecksum));
    assert_eq!(hazard("0 0 0 * * *"), Some(Hazard::Unreadable));
    assert_eq!(hazard("0 0 * * 6"), None);
    assert_eq!(hazard("@daily"), None);
}

#[test]
fn reads_the_dialect_of_the_operator_with_its_oddities() {
    let read = [
        "? 3 ? * *",
        "5/20 * * * *",
        "0 0 * JAN,mar Mon-fri",
        "0,,30 * * * *",
        "*/2,7 1-5/2 1 1 0",
        "+5 * * * *",
        "*-9 * * * *",
        "0 0 * * sat/1",
        "TZ=Asia/Kolkata 0 0 * * *",
        "CRON_TZ=  0 0 * * *",
        "CRON_TZ=UTC @hourly",
        " 0 3 * * * ",
    ];
    for text in read {
        assert!(Cron::parse(text).is_some(), "{text}");
    }
    let refused = [
        "",
        "0 0 * *",
        "0 0 * * 7",
        "60 * * * *",
        "* 24 * * *",
        "0 0 0 * *",
        "0 0 32 * *",
        "0 0 1 13 *",
        "*/0 * * * *",
        "5-1 * * * *",
        "1-2-3 * * * *",
        "1/2/3 * * * *",
        "-1 * * * *",
        "0 0 L * *",
        "0 0 * * 5#2",
        "0 0 15W * *",
        "@Daily",
        " @daily",
        "@daily ",
        "@every 1h",
        "@reboot",
        "0 0 * * monday",
        "CRON_TZ=UTC",
        "TZ=Mars/Base 0 0 * * *",
        "TZ=europe/berlin 0 0 * * *",
        " TZ=UTC 0 0 * * *",
        "1.5 * * * *",
        "-0 * * * *",
    ];
    for text in refused {
        assert_eq!(Cron::parse(text), None, "{text}");
    }
}

#[test]
fn days_of_month_and_week_are_either_or_unless_one_is_a_star() {
    let days = |expression: &str| first(expression, "2026-11-01T00:00:00Z", 4).join(" ").replace("T00:00:00Z", "");
    assert_eq!(days("0 0 13 * 5"), "2026-11-06 2026-11-13 2026-11-20 2026-11-27");
    assert_eq!(days("0 0 13 * *"), "2026-11-13 2026-12-13 2027-01-13 2027-02-13");
    assert_eq!(days("0 0 ? * 5"), "2026-11-06 2026-11-13 2026-11-20 2026-11-27");
    // A star with a step is no star to the operator: either day will do.
    assert_eq!(days("0 0 */10 * 5"), "2026-11-06 2026-11-11 2026-11-13 2026-11-20");
    assert_eq!(first("0 0 31 2 *", "2026-11-01T00:00:00Z", 1), [""; 0]);
    assert_eq!(first("0 0 29 2 *", "2026-11-01T00:00:00Z", 2), ["2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"]);
    assert_eq!(first(", * * * *", "2026-11-01T00:00:00Z", 1), [""; 0]);
}

#[test]
fn an_hour_that_the_clock_leaves_out_has_no_run_and_one_shown_twice_has_two() {
    let nightly = "CRON_TZ=Europe/Berlin 30 2 * * *";
    let spring = ["2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z"];
    assert_eq!(first(nightly, "2026-03-28T00:00:00Z", 2), spring);
    let autumn = ["2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z"];
    assert_eq!(first(nightly, "2026-10-23T12:00:00Z", 4), autumn);
}

/// Zones with odd offsets, half-hour summer time, midnight changes, a day left out, and none.
const ZONES: [&str; 8] = [
    "",
    "TZ=UTC ",
    "CRON_TZ=Europe/Berlin ",
    "CRON_TZ=Australia/Lord_Howe ",
    "CRON_TZ=Asia/Kathmandu ",
    "CRON_TZ=America/Sao_Paulo ",
    "CRON_TZ=Pacific/Apia ",
    "TZ=America/New_York ",
];

/// Returns a field: a star, a number, a range, a list or a step.
fn part(least: u32, most: u32) -> impl Strategy<Value = String> {
    let number = least..=most;
    prop_oneof![
        3 => Just("*".to_owned()),
        3 => number.clone().prop_map(|n| n.to_string()),
        1 => (number.clone(), number.clone()).prop_map(|(a, b)| format!("{}-{}", a.min(b), a.max(b))),
        1 => (number.clone(), number.clone()).prop_map(|(a, b)| format!("{a},{b}")),
        1 => (2_u32..20).prop_map(|step| format!("*/{step}")),
        1 => (number, 2_u32..9).prop_map(|(a, step)| format!("{a}/{step}")),
    ]
}

/// Returns an expression.
fn expression() -> impl Strategy<Value = String> {
    let fields = (part(0, 59), part(0, 23), part(1, 31), part(1, 12), part(0, 6));
    (proptest::sample::select(&ZONES[..]), fields)
        .prop_map(|(zone, (m, h, d, mo, w))| format!("{zone}{m} {h} {d} {mo} {w}"))
}

/// Returns the runs of a span by looking at the clock at every minute of it.
fn minute_by_minute(cron: &Cron, from: Timestamp, minutes: i64) -> Vec<Timestamp> {
    let minute = |n: i64| from.checked_add(SignedDuration::from_mins(n)).unwrap();
    let shown = |at: &Timestamp| {
        let clock = at.to_zoned(cron.clock.clone());
        cron.is_on(clock.date())
            && cron.hour.has(clock.hour())
            && cron.minute.has(clock.minute())
            && clock.second() == 0
    };
    (1..=minutes).map(minute).filter(shown).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn runs_are_what_the_clock_shows_minute_by_minute(
        text in expression(),
        // Days around changes of clocks, Samoa's lost 30 December 2011 and the last midnight change of Brazil included.
        day in proptest::sample::select(&["2026-03-28", "2026-10-24", "2026-04-04", "2026-10-03", "2018-02-17", "2018-11-03",
            "2011-12-29", "2026-11-22", "2028-02-28", "2026-12-31"][..]),
        start in 0_i64..1440,
    ) {
        let cron = Cron::parse(&text).unwrap();
        let from: Timestamp = format!("{day}T00:00:00Z").parse().unwrap();
        let from = from.checked_add(SignedDuration::from_mins(start)).unwrap();
        let until = from.checked_add(SignedDuration::from_mins(2 * 1440)).unwrap();
        let runs: Vec<Timestamp> = cron.runs_after(from).take_while(|run| *run <= until).collect();
        prop_assert_eq!(runs, minute_by_minute(&cron, from, 2 * 1440), "{}", text);
    }

    #[test]
    fn two_expressions_that_run_in_one_minute_can_meet(a in expression(), b in expression()) {
        let from: Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
        let until: Timestamp = "2026-12-22T00:00:00Z".parse().unwrap();
        let runs = |text: &str| -> std::collections::BTreeSet<Timestamp> {
            Cron::parse(text).unwrap().runs_after(from).take_while(|run| *run < until).collect()
        };
        let shared = runs(&a).intersection(&runs(&b)).count();
        prop_assert!(shared == 0 || can_meet(&a, &b), "{} and {}", a, b);
    }
}

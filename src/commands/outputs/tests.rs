//! Values and annotations that try to be more than that.

use super::*;
use crate::failure::{outside, refused};

#[test]
fn every_value_stands_between_its_own_marks() {
    let values = [("branch", String::new()), ("exit-meaning", "refused".to_owned())];
    assert_eq!(lines(&values, "X"), "branch<<X\n\nX\nexit-meaning<<X\nrefused\nX\n");
    assert_ne!(delimiter().unwrap(), delimiter().unwrap());
    assert_eq!(dotenv(&values), "PROPOSAL_BRANCH=\nPROPOSAL_EXIT_MEANING=refused\n");
}

#[test]
fn no_value_begins_a_line_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dotenv");
    let args =
        PipelineArgs { dotenv: Some(path.clone()), github_output: None, github_step_summary: None, annotations: None };
    let told = Told { values: vec![("url", "x\nPATH=/evil\r\u{1b}[2J".to_owned())], ..Told::default() };
    let answer = Answer { code: 1, ..Answer::done(String::new()) };
    written(&args, &["branch", "url"], Ok((answer, told))).unwrap();
    let want = "PROPOSAL_BRANCH=\nPROPOSAL_URL=x PATH=/evil  [2J\nPROPOSAL_EXIT_MEANING=differences\n";
    assert_eq!(std::fs::read_to_string(path).unwrap(), want);
}

#[test]
fn an_annotation_is_one_command_whatever_it_says() {
    let hostile = "100%\n::add-mask::x\r\n##[group]y";
    let line = annotation(Weight::Warning, "a:b,c%", hostile, Some("type this"));
    assert_eq!(line.matches('\n').count(), 1, "{line}");
    assert!(line.starts_with("::warning title=a%3Ab%2Cc%25::100%25"), "{line}");
    assert!(line.ends_with("%0Ahint: type this\n") && !line.contains('\r'), "{line}");
}

#[test]
fn a_failure_is_an_error_and_what_hurts_a_warning_each_once() {
    let warn = Finding::warn("retention-frozen", "backups stay");
    let told = Told { findings: vec![warn.clone(), warn, Finding::note("pitr-gap", "a gap")], ..Told::default() };
    let answer = Answer {
        failure: Some(outside("`h` is down").hint("curl h")),
        notes: vec!["closed by a person".to_owned()],
        ..Answer::done(String::new())
    };
    let want = "::error title=leeward::`h` is down%0Ahint: curl h\n\
                ::warning title=retention-frozen::backups stay\n\
                ::notice title=leeward::closed by a person\n";
    assert_eq!(annotations(&Ok((answer, told))), want);
    let refused = anyhow::Error::new(refused("no storage `x`").hint("--storage y")).context("failed to plan");
    assert_eq!(
        annotations(&Err(refused)),
        "::error title=leeward::failed to plan: no storage `x`%0Ahint: --storage y\n"
    );
}

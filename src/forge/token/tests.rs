//! Tests of which token goes to which host.

use super::*;

/// Returns the variable whose token a remote gets, or the failure.
fn chosen(url: &str, asked: Option<Kind>, variables: &[(&str, &str)]) -> String {
    let environment = Environment::of(variables.iter().map(|(name, value)| (*name, (*value).to_owned())));
    let project = Project::detect(url, asked, &environment.surroundings()).unwrap();
    match Token::choose(&project, &environment) {
        Ok(token) => token.variable,
        Err(failure) => format!("! {} > {}", failure.fact, failure.hint.unwrap_or_default()),
    }
}

/// Every token there is.
const ALL: [(&str, &str); 8] = [
    ("GH_TOKEN", "a"),
    ("GITHUB_TOKEN", "b"),
    ("GH_ENTERPRISE_TOKEN", "c"),
    ("GITHUB_ENTERPRISE_TOKEN", "d"),
    ("GITLAB_TOKEN", "e"),
    ("GITEA_TOKEN", "f"),
    ("FORGEJO_TOKEN", "g"),
    ("CI_JOB_TOKEN", "h"),
];

#[test]
fn each_host_gets_the_token_of_its_own_forge() {
    let (hub, enterprise, lab, tea) =
        ("git@github.com:o/r", "git@github.acme.example:o/r", "git@gitlab.acme.example:o/r", "git@codeberg.org:o/r");
    assert_eq!(chosen(hub, None, &ALL), "GH_TOKEN");
    assert_eq!(chosen(hub, None, &ALL[1..]), "GITHUB_TOKEN");
    assert_eq!(chosen("git@acme.ghe.com:o/r", None, &ALL), "GH_TOKEN");
    assert_eq!(chosen(enterprise, None, &ALL), "GH_ENTERPRISE_TOKEN");
    assert_eq!(chosen(enterprise, None, &ALL[3..]), "GITHUB_ENTERPRISE_TOKEN");
    assert_eq!(chosen(lab, None, &ALL), "GITLAB_TOKEN");
    assert_eq!(chosen(tea, None, &ALL), "GITEA_TOKEN");
    assert_eq!(chosen(tea, None, &ALL[6..]), "FORGEJO_TOKEN");
    assert_eq!(chosen(hub, None, &[("GH_TOKEN", " "), ("GITHUB_TOKEN", "b\n")]), "GITHUB_TOKEN");
}

#[test]
fn the_pipelines_own_token_goes_to_the_pipelines_own_host() {
    let here = ("GITHUB_SERVER_URL", "https://code.acme.example:8443");
    let (api, gitea) = (
        ("GITHUB_API_URL", "https://code.acme.example:8443/api/v3"),
        ("GITHUB_API_URL", "https://code.acme.example/api/v1"),
    );
    let own = "https://code.acme.example:8443/o/r.git";
    assert_eq!(chosen(own, None, &[here, api, ("GITHUB_TOKEN", "a")]), "GITHUB_TOKEN");
    assert_eq!(chosen(own, None, &[here, gitea, ("GITHUB_TOKEN", "a")]), "GITHUB_TOKEN");
    assert_eq!(
        chosen("git@github.evil.example:o/r", None, &[here, api, ("GITHUB_TOKEN", "a"), ("GH_TOKEN", "a")]),
        "! no token for `github.evil.example`: `GH_ENTERPRISE_TOKEN`, `GITHUB_ENTERPRISE_TOKEN` not set > \
         export GH_ENTERPRISE_TOKEN=\"$(gh auth token --hostname github.evil.example)\""
    );
}

#[test]
fn a_token_whose_host_is_named_goes_to_no_other() {
    for (name, value) in [
        ("GITLAB_HOST", "gitlab.acme.example"),
        ("CI_SERVER_URL", "https://gitlab.acme.example"),
        ("CI_API_V4_URL", "https://gitlab.acme.example/api/v4"),
    ] {
        let variables = [(name, value), ("GITLAB_TOKEN", "e")];
        assert_eq!(chosen("git@gitlab.acme.example:o/r", None, &variables), "GITLAB_TOKEN", "{name}");
        assert_eq!(
            chosen("git@gitlab.evil.example:o/r", None, &variables),
            "! the environment names another GitLab than `gitlab.evil.example`, so its token is not sent there > \
             export GITLAB_HOST=https://gitlab.evil.example",
            "{name}"
        );
    }
    let variables = [("GITEA_SERVER_URL", "https://git.acme.example"), ("GITEA_TOKEN", "f")];
    assert_eq!(chosen("git@git.acme.example:o/r", None, &variables), "GITEA_TOKEN");
    assert!(
        chosen("git@gitea.evil.example:o/r", None, &variables).starts_with("! the environment names another Gitea")
    );
}

#[test]
fn what_is_missing_is_named_with_the_line_that_sets_it() {
    assert_eq!(
        chosen("git@github.com:o/r", None, &[("GITLAB_TOKEN", "x")]),
        "! no token for `github.com`: `GH_TOKEN`, `GITHUB_TOKEN` not set > export GH_TOKEN=\"$(gh auth token)\""
    );
    assert_eq!(
        chosen("git@gitlab.com:o/r", None, &[("CI_JOB_TOKEN", "x")]),
        "! `CI_JOB_TOKEN` cannot open merge requests, and `GITLAB_TOKEN` is not set > \
         export GITLAB_TOKEN=TOKEN, with scope `api` and role Developer"
    );
}

#[test]
fn no_token_is_shown_by_debug() {
    let environment = Environment::of([("GH_TOKEN", "c4nary-c4nary".to_owned()), ("GH_HOST", "h".to_owned())]);
    let project = Project::detect("git@github.com:o/r", None, &environment.surroundings()).unwrap();
    let token = Token::choose(&project, &environment).unwrap();
    assert_eq!(format!("{token:?}"), "Token(GH_TOKEN)");
    assert_eq!(format!("{environment:?}"), "Environment { tokens: [\"GH_TOKEN\"], plain: {\"GH_HOST\": \"h\"} }");
}

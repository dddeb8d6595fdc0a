//! Tests of detection: one table of addresses, one of environments.

use super::*;

/// Returns `kind web api path` of an address.
fn detected(url: &str, asked: Option<Kind>, around: &Surroundings) -> String {
    match Project::detect(url, asked, around) {
        Ok(project) => format!("{} {} {} {}", project.kind.name(), project.web, project.api, project.path),
        Err(failure) => format!("! {}", failure.fact),
    }
}

#[test]
fn tells_forge_addresses_and_project_from_a_remote() {
    let github = "GitHub https://github.com https://api.github.com o/r";
    let lab = "GitLab https://gitlab.com https://gitlab.com/api/v4 g/s/r";
    for (url, expected) in [
        ("git@github.com:o/r.git", github),
        ("git@github.com:/o/r.git", github),
        ("github.com:o/r", github),
        ("org-123@github.com:o/r.git", github),
        ("https://github.com/o/r", github),
        ("https://github.com/o/r/", github),
        ("https://github.com/o/r.git/", github),
        ("HTTPS://GitHub.com/o/r.git", github),
        ("https://user:p%40ss@github.com/o/r.git", github),
        ("https://x-access-token:ghs_1@github.com/o/r.git", github),
        ("https://user:p@ss/word@github.com/o/r.git", github),
        ("ssh://git@github.com/o/r.git", github),
        ("ssh://git@github.com:22/o/r.git", github),
        ("ssh://git@ssh.github.com:443/o/r.git", github),
        ("git+ssh://git@github.com/o/r.git", github),
        ("git://github.com/o/r.git", github),
        ("https://www.github.com/o/r", github),
        ("git@gitlab.com:g/s/r.git", lab),
        ("ssh://git@altssh.gitlab.com:443/g/s/r.git", lab),
        ("https://gitlab-ci-token:t0k@gitlab.com/g/s/r.git", lab),
        ("https://oauth2@gitlab.com/g/s/r.git?x=1#y", lab),
        ("git@codeberg.org:o/r.git", "Gitea https://codeberg.org https://codeberg.org/api/v1 o/r"),
        ("https://gitea.com/o/r.git", "Gitea https://gitea.com https://gitea.com/api/v1 o/r"),
        ("https://acme.ghe.com/o/r.git", "GitHub https://acme.ghe.com https://api.acme.ghe.com o/r"),
        (
            "git@github.acme.example:o/r.git",
            "GitHub https://github.acme.example https://github.acme.example/api/v3 o/r",
        ),
        (
            "https://git-gitlab.acme.example:8443/a/b/c/d.git",
            "GitLab https://git-gitlab.acme.example:8443 https://git-gitlab.acme.example:8443/api/v4 a/b/c/d",
        ),
        (
            "ssh://git@gitea.acme.example:2222/o/r.git",
            "Gitea https://gitea.acme.example https://gitea.acme.example/api/v1 o/r",
        ),
        ("http://forgejo.lan:3000/o/r", "Gitea http://forgejo.lan:3000 http://forgejo.lan:3000/api/v1 o/r"),
        ("http://[::1]:3000/o/r.git", "! nothing says which forge `::1` is"),
        ("git@[fd00::1]:o/r.git", "! nothing says which forge `fd00::1` is"),
        ("ssh://git@git.acme.example/o/r.git", "! nothing says which forge `git.acme.example` is"),
        ("https://bitbucket.example/scm/p/r.git", "! nothing says which forge `bitbucket.example` is"),
        ("https://dev.azure.com/o/p/_git/r", "! nothing says which forge `dev.azure.com` is"),
        ("https://github.com/o", "! `o` on `github.com` is no project of GitHub: OWNER/NAME is"),
        ("https://github.com/o/r/s", "! `o/r/s` on `github.com` is no project of GitHub: OWNER/NAME is"),
    ] {
        assert_eq!(detected(url, None, &Surroundings::default()), expected, "{url}");
    }
}

#[test]
fn folders_and_what_is_no_address_are_no_forge() {
    let fact = "! the remote is a folder or no address, so no forge can be asked";
    for url in [
        "",
        "/srv/git/r.git",
        "../r.git",
        "file:///srv/git/r.git",
        "C:\\git\\r.git",
        "c:/git/r",
        "./a:b/c",
        "r.bundle",
        "https://github.com",
        "https://github.com/",
        "https:///o/r",
        "https://github.com/../o/r",
        "git@github.com:",
        "https://git hub.com/o/r",
        "https://github.com:x/o/r",
        "ext::sh -c x",
        "https://gith\u{fc}b.com/o/r",
    ] {
        assert_eq!(detected(url, None, &Surroundings::default()), fact, "{url}");
        assert_eq!(detected(url, Some(Kind::GitHub), &Surroundings::default()), fact, "{url}");
    }
}

/// Returns surroundings of variables.
fn around(variables: &[(&str, &str)]) -> Surroundings {
    super::super::Environment::of(variables.iter().map(|(name, value)| (*name, (*value).to_owned()))).surroundings()
}

#[test]
fn the_environment_of_a_pipeline_says_what_the_address_does_not() {
    let github =
        [("GITHUB_SERVER_URL", "https://code.acme.example"), ("GITHUB_API_URL", "https://code.acme.example/api/v3")];
    let gitea =
        [("GITHUB_SERVER_URL", "https://code.acme.example"), ("GITHUB_API_URL", "https://code.acme.example/api/v1")];
    let lab = [
        ("CI_SERVER_URL", "https://code.acme.example:8443/lab"),
        ("CI_API_V4_URL", "https://code.acme.example:8443/lab/api/v4"),
    ];
    let port = [("GITEA_SERVER_URL", "https://code.acme.example:3000/git/")];
    let clear = [("GITEA_SERVER_URL", "http://code.acme.example")];
    let ssh = "git@code.acme.example:o/r.git";
    for (url, asked, variables, expected) in [
        (ssh, None, &github[..], "GitHub https://code.acme.example https://code.acme.example/api/v3 o/r"),
        (ssh, None, &gitea[..], "Gitea https://code.acme.example https://code.acme.example/api/v1 o/r"),
        (
            ssh,
            None,
            &lab[..],
            "GitLab https://code.acme.example:8443/lab https://code.acme.example:8443/lab/api/v4 o/r",
        ),
        (
            "https://code.acme.example:8443/lab/g/s/r.git",
            None,
            &lab[..],
            "GitLab https://code.acme.example:8443/lab https://code.acme.example:8443/lab/api/v4 g/s/r",
        ),
        (
            ssh,
            None,
            &port[..],
            "Gitea https://code.acme.example:3000/git https://code.acme.example:3000/git/api/v1 o/r",
        ),
        (ssh, None, &clear[..], "! `http://code.acme.example` would get the token in the clear"),
        (ssh, Some(Kind::GitLab), &[][..], "GitLab https://code.acme.example https://code.acme.example/api/v4 o/r"),
        (ssh, Some(Kind::Gitea), &github[..1], "Gitea https://code.acme.example https://code.acme.example/api/v1 o/r"),
        // Of another host: not used.
        ("git@github.com:o/r.git", None, &github[..], "GitHub https://github.com https://api.github.com o/r"),
        ("git@gitlab.com:o/r.git", None, &lab[..], "GitLab https://gitlab.com https://gitlab.com/api/v4 o/r"),
        (
            "http://127.0.0.1:4711/o/r.git",
            Some(Kind::GitHub),
            &github[..],
            "GitHub http://127.0.0.1:4711 http://127.0.0.1:4711/api/v3 o/r",
        ),
    ] {
        assert_eq!(detected(url, asked, &around(variables)), expected, "{url} {variables:?}");
    }
}

#[test]
fn the_page_to_open_a_pull_request_by_hand_is_known_for_each_forge() {
    let of = |url: &str| {
        let project = Project::detect(url, None, &Surroundings::default()).unwrap();
        project.compare_url("release/1", "leeward/a b/pro#tect")
    };
    assert_eq!(
        of("git@github.com:o/r.git"),
        "https://github.com/o/r/compare/release/1...leeward/a%20b/pro%23tect?expand=1"
    );
    assert_eq!(of("git@codeberg.org:o/r.git"), "https://codeberg.org/o/r/compare/release/1...leeward/a%20b/pro%23tect");
    assert_eq!(
        of("git@gitlab.com:g/s/r.git"),
        "https://gitlab.com/g/s/r/-/merge_requests/new?merge_request%5Bsource_branch%5D=leeward%2Fa%20b%2Fpro%23tect\
         &merge_request%5Btarget_branch%5D=release%2F1"
    );
}

proptest::proptest! {
    #[test]
    fn no_address_shows_its_password(
        scheme in "(https|http|ssh|git\\+ssh)",
        user in "[a-z%:@/.\\[\\]-]{0,8}",
        rest in "[a-z%:@/.\\[\\]0-9-]{0,20}",
    ) {
        let url = format!("{scheme}://{user}:c4nary-c4nary@{rest}");
        let shown = detected(&url, Some(Kind::GitLab), &Surroundings::default());
        assert!(!shown.contains("c4nary"), "{url}: {shown}");
        let shown = detected(&format!("{user}c4nary-c4nary@{rest}"), Some(Kind::GitLab), &Surroundings::default());
        assert!(!shown.contains("c4nary"), "{user} {rest}: {shown}");
    }
}

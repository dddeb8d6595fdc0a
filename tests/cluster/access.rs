//! Kubeconfigs that cannot be used, and credential plugins that give nothing: refused by name, no text of theirs shown.

use std::path::Path;
use std::time::{Duration, Instant};

use leeward::cluster::{Access, Cluster, How};
use leeward::failure::{Kind, hint_of, kind_of};
use leeward::model::live::{Reading, Reason, Trouble};
use tempfile::TempDir;

use crate::server::Server;
use crate::setting::{Setting, cr, cr_id, healthy, kubeconfig, wanted};

/// Returns the failure of a connection with a kubeconfig: kind, chain, hint; the folder as `DIR`.
fn refused(folder: &Path, text: &str, context: Option<&str>) -> (Kind, String, Option<String>) {
    let path = folder.join("kubeconfig");
    std::fs::write(&path, text).unwrap();
    failed(folder, &Access { kubeconfig: Some(path), context: context.map(str::to_owned), ..Access::default() })
}

/// Returns the failure of a connection.
fn failed(folder: &Path, access: &Access) -> (Kind, String, Option<String>) {
    let Err(error) = Cluster::connect(access) else { panic!("connected") };
    let plain = |text: &str| text.replace(folder.to_str().unwrap(), "DIR");
    (kind_of(&error), plain(&format!("{error:#}")), hint_of(&error).map(plain))
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn a_kubeconfig_that_cannot_be_used_is_refused_by_name() {
    let folder = TempDir::new().unwrap();
    let use_context = "failed to use context `here` of kubeconfig `DIR/kubeconfig`: ";
    let use_file = "failed to use kubeconfig `DIR/kubeconfig`: ";
    let good = || kubeconfig(1, "{token: t0ken-t0ken}");
    let tls = |more: &str| good().replace("server: \"http", &format!("{more}, server: \"https"));
    let context = Some("--context here");
    let view = Some("kubectl config view");
    for (text, wanted, fact, hint) in [
        (
            "users: [\n - token: t0ken-t0ken\n - {".to_owned(),
            None,
            "failed to read kubeconfig `DIR/kubeconfig`: line 2: this is no kubeconfig".to_owned(),
            Some("kubectl config view --kubeconfig FILE"),
        ),
        (
            "t0ken-t0ken".to_owned(),
            None,
            "failed to read kubeconfig `DIR/kubeconfig`: line 1: this is no kubeconfig".to_owned(),
            Some("kubectl config view --kubeconfig FILE"),
        ),
        (
            String::new(),
            None,
            format!("{use_file}it names no current context; it holds no context at all"),
            Some("--kubeconfig FILE"),
        ),
        (
            good().replace("current-context: here\n", ""),
            None,
            format!("{use_file}it names no current context; it holds `here`"),
            context,
        ),
        (good(), Some("there"), format!("{use_file}it holds no context `there`; it holds `here`"), context),
        (
            good().replace("cluster: c,", "cluster: d,"),
            None,
            format!("{use_file}context `here` names cluster `d`, which it does not hold; it holds `here`"),
            context,
        ),
        (
            good().replace("user: u}", "user: v}"),
            None,
            format!("{use_file}context `here` names user `v`, whom it does not hold; it holds `here`"),
            context,
        ),
        (
            good().replace("http://127.0.0.1:1", ""),
            None,
            format!("{use_file}cluster `c` has no `server`"),
            Some("server: https://HOST:PORT"),
        ),
        (
            good().replace("http://127.0.0.1:1", "here"),
            None,
            "the server of context `here` is no URL with a scheme and a host".to_owned(),
            Some("server: https://HOST:PORT"),
        ),
        (
            tls("certificate-authority: ca.crt"),
            None,
            format!("{use_context}`certificate-authority` `DIR/ca.crt`: no such file"),
            view,
        ),
        (
            tls("certificate-authority-data: \"%%\""),
            None,
            format!("{use_context}`certificate-authority-data` is no base64"),
            Some("certificate-authority: FILE"),
        ),
        (
            kubeconfig(1, "{client-certificate: c.crt, client-key: c.key}"),
            None,
            "`client-certificate` `DIR/c.crt`: no such file".to_owned(),
            view,
        ),
        (
            kubeconfig(1, "{tokenFile: token}"),
            None,
            format!("{use_context}`tokenFile` `DIR/token`: no such file"),
            view,
        ),
        (
            kubeconfig(1, "{token: \"a\\nb\"}"),
            None,
            format!("{use_context}the token or password holds characters that cannot be sent"),
            view,
        ),
    ] {
        let expected = (Kind::Refused, fact, hint.map(str::to_owned));
        assert_eq!(refused(folder.path(), &text, wanted), expected, "{text}");
    }
    let missing = Access { kubeconfig: Some(folder.path().join("missing")), ..Access::default() };
    let fact = "failed to read kubeconfig `DIR/missing`: no such file".to_owned();
    assert_eq!(failed(folder.path(), &missing), (Kind::Refused, fact, Some("--kubeconfig FILE".to_owned())));
}

#[test]
fn a_credential_plugin_that_gives_nothing_is_named_and_not_quoted() {
    let folder = TempDir::new().unwrap();
    let exec = |command: &str| {
        let user = "{exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: COMMAND}}";
        kubeconfig(1, &user.replace("COMMAND", command))
    };
    let whoami = Some("kubectl auth whoami".to_owned());
    for (command, fact, hint) in [
        (
            "nowhere-to-be-found",
            "credential plugin `nowhere-to-be-found` does not start: no such file",
            Some("install `nowhere-to-be-found`, or pass --kubeconfig FILE".to_owned()),
        ),
        (
            "/bin/sh, args: [-c, \"echo t0ken; echo t0ken >&2; exit 3\"]",
            "credential plugin `/bin/sh` ended with 3",
            whoami.clone(),
        ),
        ("/bin/sh, args: [-c, \"echo t0ken\"]", "credential plugin `/bin/sh` printed no `ExecCredential`", whoami),
    ] {
        assert_eq!(refused(folder.path(), &exec(command), None), (Kind::Outside, fact.to_owned(), hint), "{command}");
    }
    std::fs::write(folder.path().join("kubeconfig"), exec("/bin/sh, args: [-c, \"exec sleep 5\"]")).unwrap();
    let access = Access {
        kubeconfig: Some(folder.path().join("kubeconfig")),
        deadline: Duration::from_millis(500),
        ..Access::default()
    };
    let started = Instant::now();
    let fact = "credential plugin `/bin/sh` gave no credentials in 0.5 s".to_owned();
    assert_eq!(failed(folder.path(), &access), (Kind::Outside, fact, Some("--timeout".to_owned())));
    assert!(started.elapsed() < Duration::from_secs(4));
}

#[test]
fn a_credential_plugin_s_token_is_sent() {
    let setting = Setting::of(healthy());
    let answer = "{apiVersion: client.authentication.k8s.io/v1, kind: ExecCredential, status: {token: p1ugged}}";
    let user = format!(
        "{{exec: {{apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: echo, args: [\"{answer}\"]}}}}"
    );
    std::fs::write(setting.kubeconfig(), kubeconfig(setting.server.port, &user)).unwrap();
    assert_eq!(setting.read(&cr_id(), How::Whole), Reading::Found(cr()));
    assert!(setting.server.asked().iter().all(|request| request.headers["authorization"] == "Bearer p1ugged"));
}

#[test]
fn a_token_file_with_a_line_end_and_an_impersonated_user_are_sent() {
    let setting = Setting::of(healthy());
    std::fs::write(setting.kubeconfig().with_file_name("token"), "f1le\n").unwrap();
    let user = "{tokenFile: token, as: ops, as-groups: [a, b]}";
    std::fs::write(setting.kubeconfig(), kubeconfig(setting.server.port, user)).unwrap();
    assert_eq!(setting.read(&cr_id(), How::Whole), Reading::Found(cr()));
    for request in setting.server.asked() {
        assert_eq!(request.headers["authorization"], "Bearer f1le");
        assert_eq!(request.headers["impersonate-user"], "ops");
    }
}

#[test]
fn what_is_connected_to_is_described_without_credentials() {
    let setting = Setting::of(healthy());
    assert_eq!(setting.plain(&setting.cluster().describe()), "context `here` at `SERVER`");
}

#[test]
fn a_server_that_is_not_there_is_unreachable_for_every_object() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let plain = Server::start(Vec::new());
    let proxied = format!("https://api.example.com\", proxy-url: \"http://127.0.0.1:{}", plain.port);
    for (server, fact) in [
        (format!("http://127.0.0.1:{closed}"), format!("`http://127.0.0.1:{closed}` refuses the connection")),
        ("http://nowhere.invalid:1".to_owned(), "the name in `http://nowhere.invalid:1` does not resolve".to_owned()),
        (
            format!("https://127.0.0.1:{}", plain.port),
            format!(
                "`https://127.0.0.1:{}` ends the connection before TLS is agreed: it is ending, or speaks no TLS",
                plain.port
            ),
        ),
        (proxied, "the proxy to `https://api.example.com` makes no connection".to_owned()),
    ] {
        let setting = Setting::of(Vec::new());
        let text = kubeconfig(1, "{}").replace("http://127.0.0.1:1", &server);
        std::fs::write(setting.kubeconfig(), text).unwrap();
        let cluster = setting.cluster();
        let other = crate::setting::id("", "ConfigMap", "m");
        let expected = Reading::Unread(Trouble::new(Reason::Unreachable, fact));
        let read = cluster.read(&[wanted(&cr_id(), How::Whole), wanted(&other, How::Whole)]);
        assert_eq!(read, [(cr_id(), expected.clone()), (other, expected)].into());
    }
}

//! Dry runs: what is sent, what comes back, and that nothing is ever sent that would write.

use leeward::cluster::DryRunRequest;
use leeward::model::live::{Reason, Trouble};
use leeward::model::object::ObjectId;
use serde_json::{Value, json};

use crate::server::{Play, json};
use crate::setting::{CR_PATH, Setting, cr, cr_id, healthy_but, no_namespace, not_found, status};

/// Returns the dry run of the one CR.
fn request() -> DryRunRequest {
    let mut object = cr();
    object["metadata"] =
        json!({"name": "c1", "uid": "u", "resourceVersion": "7", "managedFields": [], "generation": 2});
    DryRunRequest {
        id: ObjectId { namespace: None, ..cr_id() },
        default_namespace: Some("pxc".to_owned()),
        object,
        manager: "kustomize controller&dryRun=None".to_owned(),
    }
}

/// Asks for the dry run of the one CR.
fn dry_run(play: Play) -> (Setting, Result<Value, Trouble>) {
    let setting = Setting::of(healthy_but([(CR_PATH, play)]));
    let mut answers = setting.cluster().dry_run(&[request()]);
    let answer = answers.remove(&request().id).unwrap();
    assert!(answers.is_empty());
    (setting, answer)
}

#[test]
fn an_apply_says_that_it_is_a_dry_run_and_by_whom() {
    for code in [200, 201] {
        let (setting, answer) = dry_run(json(code, &cr()));
        assert_eq!(answer, Ok(cr()));
        let manager = "kustomize%20controller%26dryRun%3DNone";
        let line = format!("PATCH {CR_PATH}?dryRun=All&fieldManager={manager}&force=true");
        assert_eq!(setting.server.lines(), [line]);
        let asked = setting.server.asked().remove(0);
        assert_eq!(asked.headers["content-type"], "application/apply-patch+yaml");
        assert_eq!(serde_json::from_str::<Value>(&asked.body).unwrap(), cr());
    }
}

#[test]
fn every_refusal_of_a_dry_run_is_said_as_what_it_is() {
    let owned = json!({"causes": [
        {"reason": "FieldManagerConflict", "message": "conflict with \"kubectl-edit\" using pxc.percona.com/v1", "field": ".spec.size"},
        {"reason": "FieldManagerConflict", "message": "conflict with \"ops\"", "field": ".spec.pause"},
    ]});
    let fields = json!({"causes": [{"reason": "FieldValueInvalid", "message": "m", "field": "spec.size"}]});
    let denied = "perconaxtradbclusters.pxc.percona.com \"c1\" is forbidden: User \"dev\" cannot patch resource \"perconaxtradbclusters\" in API group \"pxc.percona.com\" in the namespace \"pxc\"";
    let policy = "perconaxtradbclusters.pxc.percona.com \"c1\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: only dry runs";
    for (play, reason, fact, hint) in [
        (
            status(409, "Conflict", "2 conflicts", owned),
            Reason::Conflict,
            "other field managers own what would change: `kubectl-edit` using pxc.percona.com/v1 owns `.spec.size`, `ops` owns `.spec.pause`",
            None,
        ),
        (
            status(422, "Invalid", "too many", fields),
            Reason::Rejected,
            "the API server refuses the object: too many",
            Some("`spec.size` in Git"),
        ),
        (
            status(500, "", "failed to create typed patch object (pxc/c1): .spec.size: expected integer", json!({})),
            Reason::Rejected,
            "the API server refuses the object: failed to create typed patch object (pxc/c1): .spec.size: expected integer",
            None,
        ),
        (
            status(403, "Forbidden", denied, json!({})),
            Reason::Forbidden,
            "user `dev` may not `patch` `perconaxtradbclusters.pxc.percona.com` in namespace `pxc`",
            Some("grant verb `patch` on `perconaxtradbclusters.pxc.percona.com` in namespace `pxc`"),
        ),
        (
            status(403, "Forbidden", policy, json!({})),
            Reason::Rejected,
            "an admission rule refuses the object: perconaxtradbclusters.pxc.percona.com \"c1\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: only dry runs",
            None,
        ),
        (no_namespace(), Reason::Rejected, "namespace `pxc` is not there", Some("kubectl create namespace pxc")),
        (not_found(), Reason::CannotTell, "it went while it was asked for", None),
        (
            Play::Answer(404, "text/html", "", String::new()),
            Reason::CannotTell,
            "what answers 404 is no API server",
            None,
        ),
        (
            json(200, &json!({"kind": "Status", "apiVersion": "v1", "status": "Success"})),
            Reason::CannotTell,
            "the answer is a status and no object",
            None,
        ),
    ] {
        let expected = Trouble { reason, fact: fact.to_owned(), hint: hint.map(str::to_owned) };
        assert_eq!(dry_run(play).1, Err(expected));
    }
}

#[test]
fn a_kind_that_is_not_served_is_no_dry_run() {
    let setting = Setting::of(healthy_but([]));
    let id = ObjectId { kind: "Nope".to_owned(), ..cr_id() };
    let request = DryRunRequest { id: id.clone(), ..request() };
    let fact = "the API server serves no kind `Nope` of `pxc.percona.com/v1`";
    let expected = Trouble::new(Reason::Rejected, fact).hint("apply its CustomResourceDefinition first");
    assert_eq!(setting.cluster().dry_run(&[request]), [(id, Err(expected))].into());
}

#[test]
fn schemas_are_read_and_what_is_no_schema_is_trouble() {
    let document = json!({"openapi": "3.0.0", "components": {}});
    let setting = Setting::of(healthy_but([
        ("/openapi/v3/apis/pxc.percona.com/v1", json(200, &document)),
        ("/openapi/v3/api/v1", json(200, &json!({"swagger": "2.0"}))),
    ]));
    let wanted = ["pxc.percona.com/v1", "v1", "apps/v1"].map(str::to_owned);
    let trouble = |fact: &str| Err(Trouble::new(Reason::CannotTell, fact));
    let expected = [
        ("apps/v1".to_owned(), trouble("the API server publishes no schema of `apps/v1`")),
        ("pxc.percona.com/v1".to_owned(), Ok(document)),
        ("v1".to_owned(), trouble("what was read for `v1` is no OpenAPI v3 document")),
    ];
    assert_eq!(setting.cluster().documents(&wanted), expected.into());
}

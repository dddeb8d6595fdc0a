//! A 403 as who may not do what where, and the rule that would allow it.
//! Must never call an object's refusal by an admission policy a lack of rights.

use std::sync::LazyLock;

use kube::core::Status;
use regex::Regex;

use super::asked::{Asked, Words};
use crate::model::live::{Reason, Trouble};

/// What RBAC and most other authorizers write.
static DENIED: LazyLock<Regex> = LazyLock::new(|| {
    let text = r#"User "([^"\s]+)" cannot ([a-z]+) (?:resource|path) "([^"\s]+)"(?: in API group "([^"\s]*)")?(?: in the namespace "([^"\s]+)")?"#;
    Regex::new(text).expect("the pattern is a constant")
});
/// Who sends no credentials that the server knows.
const ANONYMOUS: &str = "system:anonymous";

/// Returns the trouble of a 403; `says` is the server's message as the end of a sentence.
pub(super) fn trouble(status: &Status, says: &str, asked: &Asked) -> Trouble {
    let Some(denied) = DENIED.captures(&status.message) else { return unlike(status, says, asked) };
    let part = |at: usize| denied.get(at).map_or("", |part| part.as_str());
    let (user, verb, group) = (part(1), part(2), part(4));
    if user == ANONYMOUS {
        return Trouble::new(Reason::Unauthorized, "the API server knows no user by these credentials")
            .hint("log in again, then: kubectl auth whoami");
    }
    let user = if plain(user) { user } else { "***" };
    // A Secret's name can be part of neither: what is named is the resource that was asked for.
    let named = match (asked.words, group) {
        (Words::Withheld, _) => asked.resource.clone(),
        (Words::Quoted, "") => part(3).to_owned(),
        (Words::Quoted, group) => format!("{}.{group}", part(3)),
    };
    let place = match denied.get(5) {
        Some(namespace) => format!(" in namespace `{}`", namespace.as_str()),
        None if named.starts_with('/') => String::new(),
        None => " in the whole cluster".to_owned(),
    };
    let who = if user.starts_with("system:serviceaccount:") { "service account" } else { "user" };
    Trouble::new(Reason::Forbidden, format!("{who} `{user}` may not `{verb}` `{named}`{place}"))
        .hint(format!("grant verb `{verb}` on `{named}`{place}"))
}

/// Returns the trouble of a 403 in other words: an admission policy, a quota, another authorizer.
fn unlike(status: &Status, says: &str, asked: &Asked) -> Trouble {
    let Asked { verb, resource, .. } = asked;
    let admission = ["denied request", "denied the request", "exceeded quota", "is being terminated"];
    if ["create", "patch"].contains(verb) && admission.iter().any(|words| status.message.contains(words)) {
        return Trouble::new(Reason::Rejected, format!("an admission rule refuses the object{says}"));
    }
    let place = asked.namespace.as_ref().map(|namespace| format!(" in namespace `{namespace}`")).unwrap_or_default();
    Trouble::new(Reason::Forbidden, format!("`{verb}` of `{resource}`{place} is forbidden{says}"))
        .hint(format!("grant verb `{verb}` on `{resource}`{place}"))
}

/// Returns whether a user's name is one that can be shown.
fn plain(user: &str) -> bool {
    user.len() <= 253 && user.chars().all(|c| c.is_ascii_alphanumeric() || ":._@/+=-#|".contains(c))
}

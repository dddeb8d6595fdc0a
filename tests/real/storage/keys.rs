//! Keys, policies, clocks, buckets and regions: what the server refuses although it is there.

use serde_json::{Value, json};

use super::Case;
use super::case::{BUCKET, KEY};
use super::reach::sound;
use crate::bed::Bed;
use crate::minio::{Minio, Setup};

/// What a backup does: in the bucket, and with objects.
const ON_BUCKET: [&str; 2] = ["s3:ListBucket", "s3:GetBucketLocation"];
/// What it does with objects.
const ON_OBJECTS: [&str; 3] = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"];

/// Returns the statements of a policy that allows everything but one action.
fn all_but(denied: &str) -> Value {
    let but =
        |actions: &[&'static str]| actions.iter().filter(|action| **action != denied).copied().collect::<Vec<_>>();
    let allow = |actions: Vec<&str>, on: &str| json!({"Effect": "Allow", "Action": actions, "Resource": [format!("arn:aws:s3:::{BUCKET}{on}")]});
    json!([allow(but(&ON_BUCKET), ""), allow(but(&ON_OBJECTS), "/*")])
}

pub(crate) fn a_key_that_is_not_good_calls_for_another_key(bed: &Bed) {
    let minio = sound(bed, "storage-keys", Setup::default());
    let case = |what| Case::new(bed, what, &minio.endpoint());
    case("an unknown key").keys(&["nobody", "sesame-nobody"]).is("AccessKeyUnknown", "rotate");
    case("a wrong secret key").keys(&[KEY[0], "sesame-wrong"]).is("SecretKeyWrong", "rotate");
    // A real one that has expired takes fifteen minutes, the shortest that the server gives.
    case("a session token that is none").keys(&[KEY[0], KEY[1], "sesame-token"]).is("TokenExpired", "rotate");
    minio.mc(&["admin", "user", "disable", "it", KEY[0]]).unwrap();
    case("a disabled user").is("AccessKeyUnknown", "rotate");
    minio.mc(&["admin", "user", "enable", "it", KEY[0]]).unwrap();
    case("the user again").is("Healthy", "nothing");
}

pub(crate) fn a_policy_that_denies_an_operation_is_named_with_it(bed: &Bed) {
    let minio = sound(bed, "storage-policies", Setup::default());
    let left = |minio: &Minio| minio.objects(BUCKET, "c1/leeward-probe-").unwrap();
    let said = Case::new(bed, "a policy that allows all", &minio.endpoint())
        .words(&["--write-probe"])
        .is("Healthy", "nothing");
    assert!(said.summary().contains("write ok; read ok; removal ok"), "{}", said.summary());
    assert_eq!(left(&minio), []);
    for (user, denied, operations) in [
        ("no-list", "s3:ListBucket", &["HeadBucket", "ListObjectsV2"][..]),
        ("no-get", "s3:GetObject", &["GetObject"]),
        ("no-put", "s3:PutObject", &["PutObject"]),
        ("no-delete", "s3:DeleteObject", &["DeleteObject"]),
    ] {
        minio.policy(user, &all_but(denied)).unwrap();
        minio.user(user, KEY[1], user).unwrap();
        let what = format!("a policy without {denied}");
        let case = Case::new(bed, &what, &minio.endpoint()).keys(&[user, KEY[1]]).words(&["--write-probe"]);
        let said = case.is("AccessDenied", "fix-policy");
        assert_eq!(said.operations(), operations, "{user}");
        let objects = left(&minio);
        assert_eq!(objects.len(), usize::from(user == "no-delete"), "{user}: {objects:?}");
        for (key, _) in objects {
            assert!(said.summary().contains(&format!("the marker `{key}` is left behind")), "{}", said.summary());
            minio.remove(BUCKET, &key).unwrap();
        }
    }
}

pub(crate) fn a_marker_leaves_no_version_behind_but_where_nobody_may_remove_one(bed: &Bed) {
    let minio = sound(bed, "storage-versions", Setup::default());
    minio.mc(&["version", "enable", &format!("it/{BUCKET}")]).unwrap();
    let case = |what| Case::new(bed, what, &minio.endpoint()).words(&["--write-probe"]);
    case("a bucket that keeps versions").is("Healthy", "nothing");
    let versions =
        |bucket: &str| minio.mc(&["ls", "--recursive", "--versions", "--json", &format!("it/{bucket}/")]).unwrap();
    assert_eq!(versions(BUCKET), "");
    minio.mc(&["mb", "--with-lock", "it/pxc-locked"]).unwrap();
    minio.mc(&["retention", "set", "--default", "governance", "1d", "it/pxc-locked"]).unwrap();
    let said = case("a bucket that locks objects").s3("bucket", &json!("pxc-locked/c1")).is("Healthy", "nothing");
    assert!(said.summary().contains("of the marker `"), "{}", said.summary());
    // The version, and the mark of its deletion.
    assert_eq!(versions("pxc-locked").lines().count(), 2, "{}", said.log);
}

pub(crate) fn a_place_that_is_named_wrongly_calls_for_its_right_name(bed: &Bed) {
    let minio = sound(bed, "storage-places", Setup::default());
    let case = |what| Case::new(bed, what, &minio.endpoint());
    case("a bucket that is not there").s3("bucket", &json!("pxc-gone/c1")).is("BucketMissing", "fix-wiring");
    case("a clock that is behind").at("2026-01-01T00:00:00Z").is("ClockSkew", "fix-wiring");
    case("a clock that is ahead").at("2099-01-01T00:00:00Z").is("ClockSkew", "fix-wiring");
    case("an endpoint without a scheme")
        .s3("endpointUrl", &json!(format!("127.0.0.1:{}", minio.port())))
        .is("ClusterWiring", "fix-wiring");
    let region = vec![("MINIO_SITE_REGION", "eu-lee-1".to_owned())];
    let minio = sound(bed, "storage-region", Setup { environment: region, ..Setup::default() });
    Case::new(bed, "another region", &minio.endpoint()).is("RegionMismatch", "fix-wiring");
    Case::new(bed, "the server's region", &minio.endpoint()).s3("region", &json!("eu-lee-1")).is("Healthy", "nothing");
}

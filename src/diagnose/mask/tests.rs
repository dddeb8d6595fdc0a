//! Secrets in every form that logs have them, and what looks like one and is evidence.

use proptest::prelude::*;

use super::*;

/// Lines, each with the secret `sesame…` in it.
const SECRET: [&str; 28] = [
    "export AWS_SECRET_ACCESS_KEY=sesame/street+1",
    "+ SECRET_ACCESS_KEY='sesame street1'",
    "xbcloud put --s3-secret-key=sesame12 --s3-access-key=sesame34",
    "xbcloud put --s3-secret-key sesame12 x",
    "\"secretKey\": \"sesame-x\"",
    "password: sesame!",
    "mc alias set dest https://minio:9000 sesameKey sesameSecret --api S3v4",
    "+ mc -C /tmp/mc config host add dest https://minio:9000 sesameKey sesameSecret",
    "GET https://user:sesame@minio:9000/b",
    "https://minio/b?X-Amz-Credential=sesame%2F2026&X-Amz-Signature=sesameab",
    "login?rd=https%3A%2F%2Fminio%2Fb%3FX-Amz-Security-Token%3Dsesame%2F12%26X-Amz-Signature%3Dsesameab",
    "Authorization: AWS4-HMAC-SHA256 Credential=sesame/20261122/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=sesame12",
    "Authorization: Bearer sesame.abc",
    "<AWSAccessKeyId>sesame12</AWSAccessKeyId><SignatureProvided>sesame34</SignatureProvided>",
    "MYSQL_PWD=sesame1",
    "xtrabackup:sesame1@tcp(cluster1-pxc-0:33062)/",
    "mysqladmin -uroot -psesame ping",
    "AZURE_ACCESS_KEY=sesame==",
    "X-Amz-Security-Token: sesame12",
    "aws configure set aws_secret_access_key sesame12",
    "--password=aB,cSesame20sesame",
    "MYSQL_PWD=x>&<;sesame",
    "password=abcd,sesame",
    "pwd=;sesame",
    "CREATE USER 'x'@'%' IDENTIFIED BY 'a\\'b,sesame'",
    "ALTER USER x IDENTIFIED WITH caching_sha2_password AS '$A$005$sesame'",
    "-----BEGIN RSA PRIVATE KEY-----\\nsesame\\n-----END RSA PRIVATE KEY-----",
    "login?rd=%2F&X-Amz-Security-Token%3Dsesame%26X",
];

#[test]
fn hides_secrets_in_every_form() {
    for line in SECRET {
        let masked = masked_line(line);
        assert!(!masked.contains("sesame"), "{masked}");
        assert!(masked.contains("***"), "{masked}");
        assert_eq!(masked_line(&masked), masked, "masking twice is masking once");
    }
}

#[test]
fn leaves_sentences_about_keys_as_they_are() {
    for line in [
        "An error occurred (InvalidAccessKeyId) when calling the ListObjectsV2 operation: The AWS Access Key Id you provided does not exist in our records.",
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
        "An error occurred (ExpiredToken) when calling the PutObject operation: The provided token has expired.",
        "Error: couldn't find key AWS_ACCESS_KEY_ID in Secret pxc/minio-a-credentials",
        "Error: secret \"minio-a-credentials\" not found",
        "x509: certificate signed by unknown authority",
        "Unable to locate credentials. You can configure credentials by running \"aws configure\".",
        "the authorization header is malformed; a non-empty Access Key (AKID) must be provided in the credential.",
        "xbcloud: Probe failed. Please check your credentials and endpoint settings.",
        "Access denied for user 'xtrabackup'@'10.1.2.3' (using password: YES)",
    ] {
        assert_eq!(masked_line(line), line);
    }
}

proptest! {
    #[test]
    fn no_generated_password_is_seen_behind_a_telling_name(
        // The signs of the operator's generator, and none that it leaves out (quotes, the backslash, the slash).
        password in r"[A-Za-z0-9!#$%&()*+,.:;<=>?@^_{|}~\[\]-]{8,24}",
        before in prop::sample::select(&["MYSQL_PWD=", "--password=", "xtrabackup_password = ", "root_password: ", "password='"][..]),
    ) {
        let after = if before.ends_with('\'') { "'" } else { "" };
        let masked = masked_line(&format!("+ x {before}{password}{after} y"));
        prop_assert!(!masked.contains(&password) && masked.ends_with(" y"), "{}", masked);
    }
}

//! What in a line of a log could be a secret becomes `***` before the line goes anywhere (law 4): keys beside their names,
//! signatures of requests, users of URLs, arguments of clients that take keys. Errs on the side of secrets.

use std::sync::LazyLock;

use regex::{Captures, Regex, RegexSet};

/// Names beside which a value is a secret.
const NAMES: &str = "(?:secret[_-]?(?:access[_-]?)?key|access[_-]?key(?:[_-]?id)?|password|passwd|passphrase|pwd|_pass|token|credential|account[_-]?key|api[_-]?key|private[_-]?key)";
/// A value, quoted, or to the next white space: generated passwords hold every other sign.
const VALUE: &str = r#"("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|["']?[^\s"']+)"#;
/// The same where it may be a word of a sentence: those of less than four signs stay.
const LONG_VALUE: &str = r#"("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|["']?[^\s"']{4,})"#;

/// What masks: each keeps its first group and hides the second.
static PATTERNS: LazyLock<[String; 15]> = LazyLock::new(|| {
    [
        // NAME=value, NAME%3Dvalue, --option=value.
        format!(r#"(?i)([\w.-]*{NAMES}["']?\s*(?:=|%3d)\s*){VALUE}"#),
        // NAME: value, "NAME": "value".
        format!(r#"(?i)([\w.-]*{NAMES}["']?\s*:\s*){LONG_VALUE}"#),
        // --option value, `aws configure set name value`.
        format!(r"(?i)(--?[\w-]*{NAMES}[\w-]*\s+|\bconfigure set \S*{NAMES}\s+){LONG_VALUE}"),
        // CREATE USER … IDENTIFIED BY 'value', IDENTIFIED WITH plugin AS 'value'.
        format!(r"(?i)(\bidentified\s+(?:with\s+\S+\s+)?(?:by|as)\s+(?:password\s+)?){VALUE}"),
        // A private key whose line breaks are escaped; one of several lines is the masker's.
        r"(-----BEGIN [A-Z ]*PRIVATE KEY-----)(.+)".to_owned(),
        // Requests signed in versions 4 and 2.
        r"(?i)(\b(?:credential|signature)=)([^\s,;&]+)".to_owned(),
        // The same in an address that is quoted in another one.
        r#"(?i)((?:credential|signature|security-token)%(?:25)*3D)([^\s,;&"'<>]+)"#.to_owned(),
        r"(\bAWS )([A-Za-z0-9]{3,}:[A-Za-z0-9+/=]{20,})".to_owned(),
        r#"(?i)(\bauthorization["']?\s*[=:]\s*["']?(?:bearer|basic|token)\s+)([^\s"',]+)"#.to_owned(),
        r"(?i)(\bbearer\s+)([A-Za-z0-9._~+/=-]{16,})".to_owned(),
        // The body of an error names what was signed, and the key.
        r"(?i)(<(?:AWSAccessKeyId|SignatureProvided|StringToSign|StringToSignBytes|CanonicalRequest|CanonicalRequestBytes)>)([^<]+)".to_owned(),
        // mc alias set NAME URL KEY SECRET, mc config host add NAME URL KEY SECRET.
        r"(?i)(\bmc(?:\.exe)?\b.*\b(?:alias set|host add|hosts add)\s+\S+\s+\S+\s+)(\S+(?:\s+[^\s-]\S*)?)".to_owned(),
        // Users of URLs; users of MySQL's data source names.
        r"(://)([^\s/@]+|[^\s@:/]+:[^\s@]+)@[\w.\[-]".to_owned(),
        r"(\b[\w-]+:)([^\s@]+)@tcp\(".to_owned(),
        r"(?i)(\bmysql\S*\b.*?\s-p)(\S{3,})".to_owned(),
    ]
});
/// The first line of a private key.
static KEY_START: LazyLock<Regex> = LazyLock::new(|| constant("-----BEGIN [A-Z ]*PRIVATE KEY-----"));
/// The last one.
static KEY_END: LazyLock<Regex> = LazyLock::new(|| constant("-----END [A-Z ]*PRIVATE KEY-----"));
/// Tells which lines need a look.
static ANY: LazyLock<RegexSet> =
    LazyLock::new(|| RegexSet::new(&*PATTERNS).expect("the patterns are constants that the tests compile"));
/// The patterns, each by itself.
static EACH: LazyLock<Vec<Regex>> = LazyLock::new(|| PATTERNS.iter().map(|pattern| constant(pattern)).collect());

/// Compiles a pattern.
fn constant(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the patterns are constants that the tests compile")
}

/// Returns a line without what could be a secret.
pub(super) fn masked_line(line: &str) -> String {
    let mut text = line.to_owned();
    for index in ANY.matches(line) {
        let hidden = |found: &Captures<'_>| {
            let value = found.get(2).map_or(0..0, |value| value.range());
            let whole = found.get(0).map_or(0..0, |whole| whole.range());
            if ["YES)", "NO)"].contains(&&found[2]) {
                return found[0].to_owned();
            }
            format!("{}***{}", &found[1], &found[0][value.end - whole.start..])
        };
        text = EACH[index].replace_all(&text, hidden).into_owned();
    }
    text
}

/// What hides the lines of a private key, which by themselves tell nothing.
#[derive(Debug, Default)]
pub(super) struct KeyBlock {
    /// Whether the lines that come are of a key.
    is_open: bool,
}

impl KeyBlock {
    /// Returns a line without what could be a secret, with what the lines before it say.
    pub(super) fn line(&mut self, line: &str) -> String {
        let (was_open, ends) = (self.is_open, KEY_END.is_match(line));
        self.is_open = !ends && (was_open || KEY_START.is_match(line));
        if was_open && !ends {
            return "***".to_owned();
        }
        masked_line(line)
    }
}

#[cfg(test)]
mod tests {
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
}

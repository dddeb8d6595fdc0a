//! Law 4 for logs: a secret in any form, anywhere in a log, comes out of nothing that is made of it; what is saved gives the
//! same answer, and is not masked further.

use proptest::prelude::*;

use super::super::line::WINDOW as LOOKED_AT;
use super::super::long::WINDOW as HELD;
use crate::diagnose::{Masker, Scanner};

/// Forms of a secret: it stands where `{}` is.
const FORMS: [&str; 96] = [
    "AWS_SECRET_ACCESS_KEY={}",
    "export AWS_SESSION_TOKEN='{}'",
    "+ AWS_SECRET_ACCESS_KEY=$'{}'",
    "+ PASS='a'\\''{}'",
    "PASS={}",
    "DB_PASS=\"{}\"",
    "dbPass: {}",
    "MYSQL_ROOT_PASSWORD = {}",
    "AWS_SECRET_ACCESS_KEY {}",
    "SecretAccessKey {}",
    "s3 secret key is {}",
    "the password was {}",
    "secret: {}",
    "client_secret={}",
    "\"secret\": \"{}\"",
    "access_key: {}",
    "AWS_SECRET_ACCESS_KEY:  {}",
    "AWS_SECRET_ACCESS_KEY=%22{}%22",
    "secretKey%22%3A%22{}",
    "password%3D{}",
    "{\"accessKey\":\"a\",\"secretKey\":\"{}\"}",
    "{\\\"secretKey\\\":\\\"{}\\\"}",
    "{\\\\\"secretKey\\\\\":\\\\\"{}\\\\\"}",
    "{\\\\\\\"secretKey\\\\\\\":\\\\\\\"{}\\\\\\\"}",
    "SECRET_KEY=\"a\\\"{} b\"",
    "{\\\"secretKey\\\":\\\"a\\\\\\\"{}\\\"}",
    "{\"name\":\"AWS_SECRET_ACCESS_KEY\",\"value\":\"{}\"}",
    "{\\\"name\\\":\\\"ENCRYPTION_KEY\\\",\\\"value\\\":\\\"{}\\\"}",
    "map[AWS_ACCESS_KEY_ID:a AWS_SECRET_ACCESS_KEY:{}]",
    "&{AccessKeyID:{} SecretAccessKey:b SessionToken:c}",
    "{Value:{AccessKeyID:\"a\", SecretAccessKey:\"{}\"}}",
    "{\"auths\":{\"r\":{\"auth\":\"{}\"}}}",
    "passwordHash: {}",
    "<SecretAccessKey>{}</SecretAccessKey>",
    "<SessionToken>{}</SessionToken>",
    "<AccessKeyId>{}</AccessKeyId>",
    "<aws:SecretAccessKey xmlns=\"a\">{}</aws:SecretAccessKey>",
    "&lt;SecretAccessKey&gt;{}&lt;/SecretAccessKey&gt;",
    "\\u003cSessionToken\\u003e{}\\u003c/SessionToken\\u003e",
    "<StringToSign>{}</StringToSign>",
    "GET https://user:{}@minio.a.example:9000/b",
    "GET https://{}@minio.a.example:9000/b",
    "GET https://user:a@{}@minio.a.example:9000/b",
    "GET https://user:a@b/{}@minio.a.example:9000/b",
    "GET https://user:a{}?#/\"x@minio.a.example:9000/b",
    "mysql://root:a/{}@host/db",
    "MC_HOST_dst=https://a:{}@minio:9000/",
    "s3://{}:b@bucket/x",
    "rd=https%3A%2F%2Fuser%3A{}%40minio%2Fb",
    "https://m/b?X-Amz-Credential=a%2F2026&X-Amz-Signature={}&x=y",
    "https://m/b?X-Amz-Credential={}%2F2026&X-Amz-Signature=b",
    "https://m/b?X-Amz-Security-Token={}&x=y",
    "https://m/b?rd=%26X-Amz-Security-Token%3D{}%26X",
    "https://acc.blob.core.windows.net/c?sv=2022&sig={}%3D&se=2026",
    "https://acc.blob.core.windows.net/c?sv=2022\\u0026sig={}",
    "Authorization: AWS4-HMAC-SHA256 Credential={}/2026/s3, SignedHeaders=host, Signature=b",
    "Authorization: AWS4-HMAC-SHA256 Credential=a/2026/s3, SignedHeaders=host, Signature={}",
    "curl -H \"Authorization: Basic {}\"",
    "Proxy-Authorization: Basic {}",
    "Authorization: Bearer {}",
    "Authorization: {}",
    "curl -H 'X-Auth-Token: {}'",
    "x-amz-security-token: {}",
    "X-Vault-Token: {}",
    "x-amz-server-side-encryption-customer-key: {}",
    "Cookie: session={}",
    "Set-Cookie: a=b; token={}; x",
    "mysql -uroot -p{} -h x",
    "mysqldump -p'{} two' db",
    "mysql -u root -p {}",
    "mysql --user=root --password {}",
    "[\"mysql\",\"-uroot\",\"-p{}\"]",
    "[\"--secret-key\", \"{}\"]",
    "--encrypt-key={}",
    "--encrypt-key {}",
    "transition-key={}",
    "ENCRYPTION_KEY={}",
    "garbd --options \"socket.ssl_key=/x;socket.password={}\"",
    "wsrep_sst_auth=sstuser:{}",
    "wsrep_sst_auth=\"sstuser:{}\"",
    "curl -u user:{} https://minio",
    "curl --user 'user:{} b' https://minio",
    "xbcloud put --s3-access-key='{}' --s3-secret-key=b",
    "xbcloud put --s3-secret-key {} x",
    "aws configure set default.aws_secret_access_key {}",
    "mc alias set dst http://m:9000 a {}",
    "mc alias set dst http://m:9000 {} b",
    "mc -C /tmp/mc config host add dst http://m:9000 a '{}'",
    "mc admin user add myminio user {}",
    "[\"mc\",\"admin\",\"user\",\"add\",\"myminio\",\"user\",\"{}\"]",
    "echo {} | mc admin user add x",
    "CREATE USER x IDENTIFIED BY 'a\\'b,{}'",
    "SET PASSWORD FOR x = '{}'",
    "root:{}@tcp(10.0.0.1:3306)/",
    "AUTH {}",
    "-----BEGIN RSA PRIVATE KEY-----\\n{}\\n-----END RSA PRIVATE KEY-----",
];
/// The same over several lines.
const LINES: [&str; 8] = [
    "- name: AWS_SECRET_ACCESS_KEY\n  value: {}",
    "  \"name\": \"DB_TOKEN\",\n  \"value\": \"{}\"",
    "- name: A_PASSWORD\n  value: |-\n    {}\n    b",
    "password: |\n  a\n  {}\nx",
    "-----BEGIN OPENSSH PRIVATE KEY-----\na\n{}\n-----END OPENSSH PRIVATE KEY-----",
    "2026-11-22 pod -----BEGIN RSA PRIVATE KEY-----\n2026-11-22 pod {}\n-----END RSA PRIVATE KEY-----",
    "+ AWS_SECRET_ACCESS_KEY='a\n{}'",
    "AWS_SECRET_ACCESS_KEY=\"a\n{}\" x",
];
/// What a line says that is cited.
const TOLD: &str = "An error occurred (AccessDenied) when calling the PutObject operation: no";
/// The fewest signs of a secret that must not come out.
const PART: usize = 6;

/// Returns what is saved of a log that comes in blocks.
fn saved(log: &[u8], block: usize) -> Vec<u8> {
    let mut masker = Masker::new();
    let mut out: Vec<u8> = log.chunks(block).flat_map(|part| masker.feed(part)).collect();
    out.extend(masker.finish());
    out
}

/// Returns what a log that comes in blocks says: rows, counts, numbers, texts.
fn said(log: &[u8], block: usize) -> Vec<String> {
    let mut scanner = Scanner::new("x");
    log.chunks(block).for_each(|part| scanner.feed(part));
    let of = |seen: &crate::diagnose::evidence::Sighting| {
        format!("{} {} {} {} {:?}", seen.signature.id, seen.count, seen.first, seen.last, seen.lines)
    };
    scanner.finish().sightings.iter().map(of).collect()
}

/// Returns a form with its secret. One that starts an address holds no slash: with one it would be a host and a path.
fn filled(form: &str, secret: &str) -> String {
    let starts = form.contains("://{}");
    form.replace("{}", &if starts { secret.replace('/', "+") } else { secret.to_owned() })
}

/// Asserts that no part of a secret comes out of a log, and that the saved one says the same: to the letter, unless a line is
/// so long that it was read in windows, whose borders a saved one has elsewhere.
fn holds(log: &str, secret: &str, block: usize) -> Result<(), TestCaseError> {
    let once = saved(log.as_bytes(), block);
    let rows = said(log.as_bytes(), block);
    let shown = format!("{}\n{rows:?}", String::from_utf8(once.clone()).expect("what is saved is text"));
    for part in secret.as_bytes().windows(PART) {
        let part = std::str::from_utf8(part).expect("secrets are ASCII");
        let at = shown.find(part);
        let around = at.map(|at| &shown[shown.floor_char_boundary(at.saturating_sub(60))..at + PART]);
        prop_assert!(at.is_none(), "`{part}` of `{secret}`: {around:?}");
    }
    let is_whole = log.lines().all(|line| line.len() < HELD);
    let told = |row: &String| if is_whole { row.clone() } else { row.split('[').next().unwrap_or_default().to_owned() };
    let (again, rows): (Vec<_>, Vec<_>) =
        (said(&once, block).iter().map(told).collect(), rows.iter().map(told).collect());
    prop_assert_eq!(again, rows);
    prop_assert_eq!(saved(&once, block + 1), once);
    Ok(())
}

/// Returns where a secret starts: anywhere near the start, or near a border of what is looked at or held.
fn offset() -> impl Strategy<Value = usize> {
    prop_oneof![8 => 0..200_usize, 4 => LOOKED_AT / 2 - 150..LOOKED_AT + 150, 1 => HELD - 9_000..HELD + 200]
}

/// Returns secrets.
fn secret() -> impl Strategy<Value = String> {
    prop_oneof![9 => "[A-Z2-9+/]{4}[2-9][A-Z2-9+]{8,40}", 1 => "[A-Z2-9+/]{4}[2-9][A-Z2-9+]{4000,9000}"]
}

#[test]
fn no_form_shows_its_secret() {
    let secret = "QZ7+WXYV9KJ2/HGF3D";
    let shown = |form: &&str| {
        let log = format!("a\n{TOLD} {}\nlorem {} {TOLD}\nz", filled(form, secret), filled(form, secret));
        holds(&log, secret, 64).err().map(|error| format!("{form}: {error}"))
    };
    let shown: Vec<String> = FORMS.iter().filter_map(shown).collect();
    assert!(shown.is_empty(), "{}", shown.join("\n"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_secret_of_a_line_comes_out(
        form in prop::sample::select(&FORMS[..]),
        secret in secret(),
        before in offset(),
        behind in offset(),
        is_told_first in any::<bool>(),
        block in prop::sample::select(&[700, 1 << 16, 1 << 20][..]),
    ) {
        let filler = |length: usize| "lorem, ".chars().cycle().take(length).collect::<String>();
        let form = filled(form, &secret);
        let (first, last) = if is_told_first { (TOLD, "") } else { ("", TOLD) };
        let log = format!("a\n{first} {} {form} {}{last}\nz AccessDenied", filler(before), filler(behind));
        holds(&log, &secret, block)?;
    }

    #[test]
    fn no_secret_of_several_lines_comes_out(
        form in prop::sample::select(&LINES[..]),
        secret in secret(),
        lines in 0..40_usize,
        is_matched in any::<bool>(),
        block in 1..600_usize,
    ) {
        // The lines of a key may match by themselves.
        let secret = if is_matched { format!("{secret}AccessDenied") } else { secret };
        let log = format!("{}{}\n{TOLD}\n", "a line of a good run\n".repeat(lines), form.replace("{}", &secret));
        let secret = secret.trim_end_matches("AccessDenied");
        holds(&log, secret, block)?;
        prop_assert!(said(log.as_bytes(), block).iter().any(|row| row.starts_with("denied 1 ")));
    }
}

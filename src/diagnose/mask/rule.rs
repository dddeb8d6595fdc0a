//! What tells that a secret follows: a name with any separator, an option of a program, an element, a form that only secrets
//! have. Rules are data: a new form is a new rule or a new word in a name.

use std::sync::LazyLock;

/// What a rule hides behind what it found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// A value, quoted or bare.
    Value,
    /// A value that may be a word of a sentence: short words, and words that say that nothing is there, stay.
    Said,
    /// A value, where it looks as if a machine had made it.
    Generated,
    /// The same, of a client of a database: of others the option is a port or a prefix.
    Client,
    /// A value of user and password.
    Pair,
    /// A parameter of a URL.
    Parameter,
    /// The text of an element.
    Element,
    /// Two words of a command.
    TwoWords,
    /// The rest of the line, or of the key.
    Rest,
    /// Its first group.
    Group,
}

/// Such clients.
pub(super) const CLIENTS: [&str; 7] = ["mysql", "mariadb", "xtrabackup", "mydumper", "myloader", "proxysql", "pt-"];
/// Names beside which a value is a secret; what stands before them does not matter.
const NAMES: &str = "(?:secret[_-]?(?:access[_-]?)?key|access[_-]?key(?:[_-]?id)?\
    |(?:account|api|private|(?:en|de)crypt(?:ion)?|transition|signing|master|shared|customer)[_-]?key\
    |(?:\\b|_|-)secret|clientSecret|password|passwd|passphrase|passcode|pwd|(?:\\b|_|-)pass|(?-i:[a-z]Pass)|token|credential)\
    (?:[_-]?(?:hash|base64|b64|value|md5))?";
/// Those of them that no sentence has.
const STRONG: &str = "(?:secret(?:_|-)?(?:access[_-]?)?key|access[_-]?key[_-]?id|(?:session|security|auth)[_-]?token|_token|_pass(?:word)?|_pwd)";
/// What ends a quoted name, however often it was quoted again.
const CLOSE: &str = "(?:\\\\*[\"'`]|%(?:25)*2[27]|&quot;|&#34;)?\\]?";
/// What stands between words of a command, or of its list in JSON.
const BLANK: &str = "[\\s\"',\\\\]+";

/// The rules: each says what it needs to see, and what it hides behind that.
pub(super) static RULES: LazyLock<Vec<(String, Takes)>> = LazyLock::new(|| {
    let mut rules = named();
    rules.extend(of_programs());
    rules.extend(of_requests().map(|(pattern, takes)| (pattern.to_owned(), takes)));
    rules
});

/// Returns the rules about names.
fn named() -> Vec<(String, Takes)> {
    vec![
        // NAME=value, NAME%3Dvalue, --option=value, "NAME" => "value".
        (format!(r"(?i){NAMES}{CLOSE}\s*(?:=>?|%(?:25)*3d|\\+u003d)\s*"), Takes::Value),
        (r"(?i)(?:\b|_|-)auth=".to_owned(), Takes::Value),
        // NAME: value, "NAME": "value".
        (format!(r"(?i){NAMES}{CLOSE}\s*(?::|%(?:25)*3a|\\+u003a)\s*"), Takes::Said),
        (r#"(?i)["']auth\\*["']\s*:\s*"#.to_owned(), Takes::Value),
        // --option value, "--option", "value", `aws configure set name value`.
        (format!(r#"(?i)--?[\w-]*{NAMES}[\w-]*(?:\s+|\\*["']\s*,\s*)"#), Takes::Said),
        (format!(r"(?i)\bconfigure{BLANK}set{BLANK}[\w.-]*{NAMES}{BLANK}"), Takes::Said),
        // NAME value, the secret key is value.
        (format!(r"(?i){STRONG}{CLOSE}\s+"), Takes::Generated),
        (r"(?i)\b(?:secret|access|account|encryption) key(?: id)?(?: is| was|:|=)?\s+".to_owned(), Takes::Generated),
        (r"(?i)\b(?:password|token|secret|credential) (?:is|was|of)\s+".to_owned(), Takes::Generated),
        // A variable of a pod, as JSON has it.
        (
            format!(
                r#"(?i)\b(?:name|key)\\*["']?\s*[:=]\s*\\*["']?[\w.-]*{VARIABLE}[\w.-]*\\*["']?[\s,;}}]+\\*["']?value\\*["']?\s*[:=]\s*"#
            ),
            Takes::Value,
        ),
        // <SecretAccessKey>value, also where the body of an error was quoted; what was signed holds the key too.
        (
            format!(
                r"(?i)(?:<|&lt;|\\+u003c)(?:[\w.-]+:)?[\w.-]*(?:{NAMES}|SignatureProvided|StringToSign|StringToSignBytes|CanonicalRequest|CanonicalRequestBytes)(?:\s[^<>]*)?(?:>|&gt;|\\+u003e)"
            ),
            Takes::Element,
        ),
    ]
}

/// Words in the name of a variable whose value is a secret.
pub(super) const VARIABLE: &str = "(?:key|secret|token|pass|pwd|credential|auth|private)";

/// Returns the rules about programs that take keys as arguments.
fn of_programs() -> Vec<(String, Takes)> {
    vec![
        // CREATE USER … IDENTIFIED BY 'value', IDENTIFIED WITH plugin AS 'value', SET PASSWORD FOR x = 'value'.
        (r"(?i)\bidentified\s+(?:with\s+\S+\s+)?(?:by|as)\s+(?:password\s+)?".to_owned(), Takes::Value),
        (r"(?i)\bset\s+password\s+for\s+\S+\s*(?:=|to)\s*".to_owned(), Takes::Value),
        // mc alias set NAME URL KEY SECRET, mc config host add NAME URL KEY SECRET, mc admin user add NAME KEY SECRET.
        (
            format!(r#"(?i)\b(?:alias{BLANK}set|hosts?{BLANK}add){BLANK}[^\s"',]+{BLANK}[^\s"',]+://[^\s"',]+{BLANK}"#),
            Takes::TwoWords,
        ),
        (format!(r#"(?i)\badmin{BLANK}user{BLANK}add{BLANK}[^\s"',]+{BLANK}"#), Takes::TwoWords),
        (
            r"(?i)\b(?:echo|printf)\s+(?:-\w+\s+)*([^|;&]*[^|;&\s])\s*\|\s*(?:\S*/)?(?:mc|mysql|aws)\b".to_owned(),
            Takes::Group,
        ),
        (r#"[\s"']-p(?:\s+|\\*["']\s*,\s*)?"#.to_owned(), Takes::Client),
        // curl -u user:password.
        (r#"[\s"'](?:-[uU]|--(?:proxy-)?user)(?:[\s=]+|\\*["']\s*,\s*)?"#.to_owned(), Takes::Pair),
        (r"(?i)\bAUTH\s+(?:PLAIN\s+|LOGIN\s+)?".to_owned(), Takes::Generated),
        // MySQL's data source names.
        (r"\b[\w-]+:(\S+)@tcp\(".to_owned(), Takes::Group),
    ]
}

/// Returns the rules about requests, and about what is a secret by its form.
fn of_requests() -> [(&'static str, Takes); 13] {
    [
        // A private key whose line breaks are escaped; one of several lines is for who sees several.
        (r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----", Takes::Rest),
        // Requests signed in versions 4 and 2, shared access signatures.
        (r"(?i)(?:credential|signature|(?:\b|u0026)sig)=", Takes::Parameter),
        // The same in an address that is quoted in another one.
        (r"(?i)(?:credential|signature|security-token|\bsig|[&;]sig|%26sig)%(?:25)*3D", Takes::Parameter),
        (r"\bAWS ([A-Za-z0-9]{3,}:[A-Za-z0-9+/=]{20,})", Takes::Group),
        (
            r#"(?i)\bauthorization\\*["']?\s*[=:]\s*\\*["']?(?:bearer|basic|token|negotiate|digest|apikey)\s+"#,
            Takes::Parameter,
        ),
        (r#"(?i)\bauthorization\\*["']?\s*[=:]\s*"#, Takes::Generated),
        (r"(?i)\bbearer\s+([A-Za-z0-9._~+/=-]{16,})", Takes::Group),
        (r#"(?i)cookie\\*["']?\s*[:=]\s*\\*["']?((?:[^\s=;"']+=[^\s;"']*(?:;\s*)?)+)"#, Takes::Group),
        // A user in an address that is quoted in another one.
        (r"(?i)%(?:25)*3A%(?:25)*2F%(?:25)*2F(\S+)%(?:25)*40", Takes::Group),
        // Tokens that say what they are.
        (r"\b(eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_.-]*)", Takes::Group),
        (r"\b((?:gh[pousr]_|github_pat_|glpat-|hv[sb]\.|xox[abpr]-|AGE-SECRET-KEY-)[A-Za-z0-9_.-]{8,})", Takes::Group),
        // Keys of AWS, and the other half where it stands beside.
        (r"\b((?:AKIA|ASIA)[A-Z0-9]{12,})", Takes::Group),
        (r#"\b(?:AKIA|ASIA)[A-Z0-9]{12,}["']?[\s:,/|=]+["']?([A-Za-z0-9/+]{40})"#, Takes::Group),
    ]
}

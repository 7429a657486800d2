//! The rules of this repository that a machine can check. Each failure says what is banned and what to do instead.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tollgate::policy::Policy;
use tollgate::verdict::Code;

/// The longest source file, in lines; tests that tell many cases in tables may be longer.
const LINES_MAX: usize = 350;
const TEST_LINES_MAX: usize = 400;
/// The longest `main.rs` of a function: it wires, libraries work.
const MAIN_LINES_MAX: usize = 40;
/// The one of the local stack explains its options.
const LOCAL_MAIN_LINES_MAX: usize = 120;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// What git would take in: every file that it knows or does not ignore, with its text; binary files are left out.
fn files() -> Vec<(String, String)> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(listed.status.success(), "git cannot list the files");
    let listed = String::from_utf8(listed.stdout).unwrap();
    let read = |path: &str| Some((path.to_owned(), std::fs::read_to_string(root().join(path)).ok()?));
    let files: Vec<_> = listed.lines().filter_map(read).collect();
    assert!(files.len() > 100, "this is not the repository: {listed}");
    files
}

fn sources() -> Vec<(String, String)> {
    files().into_iter().filter(|(path, _)| path.ends_with(".rs")).collect()
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path} is missing: {error}"))
}

/// Fails with all that is wrong at once.
#[track_caller]
fn none(wrong: impl IntoIterator<Item = String>) {
    let wrong: Vec<_> = wrong.into_iter().collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// The names of a manifest's dependencies, those for tests left out.
fn dependencies(manifest: &str) -> Vec<String> {
    let mut section = "";
    let mut names = vec![];
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section == "[dependencies]"
            && let Some(name) = line.split(['.', ' ', '=']).next().filter(|name| !name.is_empty())
        {
            names.push(name.to_owned());
        }
    }
    names
}

#[test]
fn what_is_decided_does_no_input_and_no_output() {
    let banned = [
        "aws",
        "lambda",
        "tokio",
        "hyper",
        "reqwest",
        "tracing",
        "http",
        "futures",
        "getrandom",
        "tollgate-aws",
    ];
    let names = dependencies(&text("shared/tollgate/Cargo.toml"));
    assert!(names.iter().any(|name| name == "serde"), "{names:?}");
    none(names.into_iter().filter(|name| banned.iter().any(|banned| name.starts_with(banned))).map(|name| {
        format!("shared/tollgate: the dependency {name} is banned, use it in shared/tollgate-aws and pass what it gives as an argument")
    }));
}

#[test]
fn functions_do_not_depend_on_each_other() {
    let functions: Vec<_> = std::fs::read_dir(root().join("functions"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(functions.len(), 8, "{functions:?}");
    // The binary is all of them.
    let manifests = files().into_iter().filter(|(path, _)| {
        path.ends_with("Cargo.toml")
            && (path.starts_with("functions/") || path.starts_with("shared/"))
            && path != "functions/bootstrap/Cargo.toml"
    });
    none(manifests.flat_map(|(path, manifest)| {
        let names = dependencies(&manifest).into_iter().filter(|name| functions.contains(name));
        names
            .map(move |name| {
                format!("{path}: the dependency {name} is banned, use shared/ for what both need")
            })
            .collect::<Vec<_>>()
    }));
}

#[test]
fn every_source_file_says_what_it_is_for() {
    none(sources().into_iter().filter(|(_, text)| !text.starts_with("//! ")).map(|(path, _)| {
        format!("{path}: a file without `//!` is banned, use its first line to say what it is for")
    }));
}

#[test]
fn files_stay_within_their_size() {
    none(sources().into_iter().filter_map(|(path, text)| {
        let lines = text.lines().count();
        let is_test = path.ends_with("tests.rs") || path.contains("/tests/") || path.contains("/stories/");
        let max = match path.rsplit('/').next() {
            Some("main.rs") if path == "tools/local/src/main.rs" => LOCAL_MAIN_LINES_MAX,
            Some("main.rs") if path.starts_with("functions/") => MAIN_LINES_MAX,
            _ if is_test => TEST_LINES_MAX,
            _ => LINES_MAX,
        };
        (lines > max).then(|| {
            format!("{path}: {lines} lines are banned, use at most {max}: take out a part with a name")
        })
    }));
}

#[test]
fn names_say_what_a_file_holds() {
    let vague = ["utils", "util", "helpers", "helper", "manager", "common", "misc"];
    none(sources().into_iter().filter_map(|(path, _)| {
        let part = path.trim_end_matches(".rs").split('/').find(|part| vague.contains(part))?;
        Some(format!("{path}: the name {part} is banned, use the name of what is in it"))
    }));
}

#[test]
fn every_story_is_told() {
    let directory = "tests/suite/stories";
    let manifest = text("tests/suite/Cargo.toml");
    let roots: Vec<_> = files()
        .into_iter()
        .filter(|(path, _)| {
            path.strip_prefix("tests/suite/")
                .is_some_and(|path| manifest.contains(&format!("path = \"{path}\"")))
        })
        .collect();
    let declared: String = roots.iter().map(|(_, text)| text.as_str()).collect();
    none(sources().into_iter().filter_map(|(path, _)| {
        let name = path.strip_prefix(directory)?.trim_start_matches('/').strip_suffix(".rs")?.to_owned();
        let is_root = roots.iter().any(|(root, _)| *root == path);
        let is_declared = is_root || name.contains('/') || declared.contains(&format!("\nmod {name};"));
        (!is_declared).then(|| format!("{path}: a dead file is banned, use `mod {name};` in main.rs"))
    }));
}

#[test]
fn table_and_attribute_names_have_one_home() {
    // Pages are headed by words of the same spelling, and the console reaches no table by its name.
    let is_page = |path: &str| path.starts_with("functions/console/");
    let physical: Vec<_> =
        tollgate_aws::tables::schema::TABLES.iter().map(|table| format!("\"{}\"", table.name)).collect();
    none(
        sources()
            .into_iter()
            .filter(|(path, _)| path.starts_with("functions/") && !path.contains("test") && !is_page(path))
            .flat_map(|(path, text)| {
                let found = physical.iter().filter(|name| text.contains(name.as_str()));
                found
                    .map(|name| {
                        format!("{path}: the table name {name} is banned, use `tollgate_aws::tables::schema`")
                    })
                    .collect::<Vec<_>>()
            }),
    );
    none(
        sources()
            .into_iter()
            .filter(|(path, _)| path.starts_with("functions/") && !path.contains("test"))
            .filter_map(|(path, text)| {
                let banned = ["AttributeValue", "aws_sdk_dynamodb"]
                    .into_iter()
                    .find(|banned| text.contains(banned))?;
                Some(format!(
                    "{path}: {banned} is banned, use a function of `tollgate_aws`, which knows the attributes"
                ))
            }),
    );
}

#[test]
fn nothing_outside_this_repository_is_named() {
    // Put together here, so that this file does not name them.
    let beside = ["../sha", "red/"].concat();
    let banned =
        [["/wo", "rk/"].concat(), beside.clone(), ["shared", "/data"].concat(), [".lib", "rary"].concat()];
    // What runs before a change lands may use a helper that stands beside the clone.
    let all = files().into_iter().filter(|(path, _)| path != ".ci/run");
    none(all.flat_map(|(path, text)| {
        // A document in a folder links to `shared` in this way; `.ci/links` refuses links out of the repository.
        let is_link = |banned: &str| banned == beside && path.ends_with(".md");
        let found = banned.iter().filter(|banned| text.contains(banned.as_str()) && !is_link(banned));
        found
            .map(|found| format!("{path}: {found} is banned, use a path within the repository"))
            .collect::<Vec<_>>()
    }));
}

#[test]
fn the_documents_are_there() {
    let documents = [
        "README.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "PERFORMANCE.md",
        "SECURITY.md",
        "docs/glossary.md",
        "docs/operating.md",
        "docs/policy.md",
    ];
    for path in documents {
        assert!(
            text(path).starts_with("# "),
            "{path}: a document without a title is banned, use `# ` in its first line"
        );
    }
}

/// The text of the block that begins with this fence.
fn block<'a>(text: &'a str, fence: &str) -> Option<&'a str> {
    text.split_once(&format!("{fence}\n"))?.1.split_once("\n```").map(|(block, _)| block)
}

#[test]
fn the_policy_that_is_documented_is_the_default_one() {
    let default = serde_json::to_string_pretty(&Policy::default()).unwrap();
    let documented = text("docs/policy.md");
    let shown = block(&documented, "```json policy").expect("docs/policy.md has a block ```json policy");
    assert_eq!(Policy::parse(shown).unwrap(), Policy::default());
    assert_eq!(shown, default, "docs/policy.md shows another policy; this is the default one:\n{default}");
    if let Some(shown) = block(&text("README.md"), "```json policy") {
        assert_eq!(Policy::parse(shown).unwrap(), Policy::default(), "README.md shows another policy");
    }
}

#[test]
fn every_key_of_the_policy_is_explained() {
    fn keys(path: &str, value: &serde_json::Value, found: &mut Vec<String>) {
        let leaf = ["requests_max", "floor"];
        match value
            .as_object()
            .filter(|object| !object.is_empty() && !leaf.iter().any(|leaf| object.contains_key(*leaf)))
        {
            Some(object) => object.iter().for_each(|(key, value)| {
                keys(&if path.is_empty() { key.clone() } else { format!("{path}.{key}") }, value, found);
            }),
            None => found.push(path.to_owned()),
        }
    }
    let mut found = vec![];
    keys("", &serde_json::to_value(Policy::default()).unwrap(), &mut found);
    let documented = text("docs/policy.md");
    let explained = |key: &String| documented.contains(&format!("\n| `{key}` |")) || key == "rules";
    none(
        found
            .into_iter()
            .filter(|key| !explained(key))
            .map(|key| format!("docs/policy.md: no row explains `{key}`")),
    );
}

#[test]
fn every_finding_is_explained_as_it_is() {
    let documented = text("docs/policy.md");
    none(Code::ALL.iter().filter_map(|code| {
        let route = serde_json::to_value(code.certainty()).unwrap();
        let mut row = format!("| `{}` | {} |", code.as_str(), route.as_str().unwrap());
        let mode = if code.has_mode() { "yes" } else { "no" };
        let trust = match (code.is_waived_by_trust(), code.is_waived_by_trust_in_number()) {
            (_, true) => Some("trust"),
            (true, false) => Some("trust in the asker"),
            (false, false) => None,
        };
        let own = code.is_waived_by_verified_own_number().then_some("own number");
        let waived: Vec<_> = trust.into_iter().chain(own).collect();
        let waived = if waived.is_empty() { "-".to_owned() } else { waived.join(", ") };
        write!(row, " {mode} | {waived} |").unwrap();
        (!documented.contains(&row)).then(|| format!("docs/policy.md lacks the row {row}"))
    }));
}

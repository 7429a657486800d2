//! The table of faults in docs/faults.md and the tests that it names, held together.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The rows of the table: the number, and what is named in the last column.
fn rows() -> Vec<(usize, Vec<String>)> {
    let text = fs::read_to_string(root().join("docs/faults.md")).unwrap();
    let cells = text.lines().filter_map(|line| {
        let cells: Vec<_> = line.strip_prefix("| ")?.strip_suffix('|')?.split(" | ").map(str::trim).collect();
        let number = cells[0].parse().ok()?;
        let named = cells.get(3).unwrap_or(&"").split('`').skip(1).step_by(2).map(str::to_owned).collect();
        Some((number, named))
    });
    cells.collect()
}

/// The folder of a package that is named without it.
fn folder(named: &str) -> &'static str {
    if named.starts_with("local/") || named.starts_with("gym/") { "tools" } else { "tests" }
}

/// Where a test or a type that the table names is to be found, and by what text.
fn place(named: &str) -> (PathBuf, String) {
    let root = root();
    let Some((path, name)) = named.rsplit_once("::") else {
        return (root.join(folder(named)).join(named), String::new());
    };
    let path = if !path.contains('/') {
        root.join(format!("tests/suite/stories/{path}.rs"))
    } else if path.starts_with("tollgate") || path.starts_with("operations/") {
        root.join("shared").join(path)
    } else if path.starts_with("functions/") {
        root.join(path)
    } else {
        root.join(folder(path)).join(path)
    };
    (path, name.to_owned())
}

/// Whether a file has a test of this name that runs, or a type that cannot be built otherwise. A file that is named alone (a
/// scenario, a fuzz target) only has to be there.
fn shows(text: &str, name: &str) -> bool {
    if name.is_empty() {
        return true;
    }
    if name.starts_with(char::is_uppercase) {
        return text.contains(&format!("struct {name} {{")) || text.contains(&format!("enum {name} {{"));
    }
    let Some((before, _)) = text.split_once(&format!("fn {name}(")) else { return false };
    let before = before.rsplit_once('\n').map_or("", |(before, _)| before);
    let attributes: Vec<_> = before.lines().rev().take_while(|line| line.trim().starts_with("#[")).collect();
    attributes.iter().any(|line| line.contains("test]"))
        && !attributes
            .iter()
            .any(|line| ["#[ignore", "cfg(", "cfg_attr("].iter().any(|not| line.contains(not)))
}

#[test]
fn a_test_that_does_not_run_shows_nothing() {
    let text = "#[test]\nfn runs() {}\n\n#[test]\n#[ignore = \"slow\"]\nfn is_left_out() {}\n\nfn is_none() {}\n\n\
        #[cfg(any())]\n#[test]\nfn is_not_compiled() {}\n\n// #[test]\n// fn is_a_comment() {}\n";
    let names = ["runs", "is_left_out", "is_none", "run", "there_is_none", "is_not_compiled", "is_a_comment"];
    let shown = names.map(|name| shows(text, name));
    assert_eq!(shown, [true, false, false, false, false, false, false]);
}

#[test]
fn every_fault_has_its_row() {
    let numbers: Vec<_> = rows().iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..).take(numbers.len()).collect::<Vec<_>>());
    assert!(numbers.len() >= 58, "rows are added, not taken away");
}

#[test]
fn every_test_that_is_named_exists_and_runs() {
    let mut missing = vec![];
    for (number, named) in rows() {
        for named in named {
            let (path, name) = place(&named);
            if !fs::read_to_string(&path).is_ok_and(|text| shows(&text, &name)) {
                missing.push(format!("{number}: {named}"));
            }
        }
    }
    assert!(missing.is_empty(), "docs/faults.md names what there is not:\n{}", missing.join("\n"));
}

#[test]
fn a_release_unwinds_its_panics() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let release = manifest.split("[profile.release]").nth(1).unwrap().split("\n[").next().unwrap();
    assert!(release.contains("panic = \"unwind\""), "{release}");
}

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

/// Where a test or a type that the table names is to be found, and by what text.
fn place(named: &str) -> (PathBuf, String) {
    let root = root();
    let Some((path, name)) = named.rsplit_once("::") else {
        return (root.join("tests").join(named), String::new());
    };
    let path = if !path.contains('/') {
        root.join(format!("tests/suite/stories/{path}.rs"))
    } else if path.starts_with("tollgate") {
        root.join("shared").join(path)
    } else {
        root.join("tests").join(path)
    };
    (path, name.to_owned())
}

#[test]
fn every_fault_has_its_row() {
    let numbers: Vec<_> = rows().iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=70).collect::<Vec<_>>());
}

#[test]
fn every_test_that_is_named_exists() {
    let mut missing = vec![];
    for (number, named) in rows() {
        for named in named {
            let (path, name) = place(&named);
            let found = fs::read_to_string(&path).is_ok_and(|text| text.contains(&name));
            if !found {
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

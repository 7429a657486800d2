//! The quick form: every kept input, then a fixed number of inputs made from them, the same in every run.
//!
//! The driver is its own few lines. The long form is libFuzzer's, which is guided by coverage; what is left for this one is to
//! replay what is kept and to look a little around it, within seconds and without a surprise. bolero and proptest would
//! each bring a way to write targets of their own, and a form of kept inputs that libFuzzer does not read.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use fuzz::{TARGETS, Target};

/// Inputs made for each target: half of them changed from kept ones, half of them any bytes.
const MADE: u64 = 40;
/// The longest of the made inputs that are any bytes.
const BYTES_MAX: u64 = 160;

/// Numbers that look random and are the same in every run (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> usize {
        usize::try_from(self.next() % end.max(1)).unwrap()
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    fn bytes(&mut self) -> Vec<u8> {
        (0..self.below(BYTES_MAX)).map(|_| self.byte()).collect()
    }

    /// One input, changed in a few places; or its beginning, and the end of another.
    fn changed(&mut self, kept: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = kept[self.below(kept.len() as u64)].clone();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len() as u64 + 1);
            match self.below(6) {
                0 => bytes.insert(at, self.byte()),
                1 => bytes.insert(at, b' ' + self.byte() % 95),
                2 if at < bytes.len() => drop(bytes.remove(at)),
                3 if at < bytes.len() => bytes[at] = self.byte(),
                4 if at < bytes.len() => bytes[at] = b'0' + self.byte() % 10,
                _ => {
                    let other = &kept[self.below(kept.len() as u64)];
                    bytes.truncate(at);
                    bytes.extend(&other[self.below(other.len() as u64 + 1)..]);
                }
            }
        }
        bytes
    }
}

/// The kept inputs of a target, in the order of their names.
fn kept(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{name} has no kept input");
    files.into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

#[track_caller]
fn hold(check: Target, bytes: &[u8], name: &str, input: &str) {
    let held = catch_unwind(|| check(bytes));
    assert!(held.is_ok(), "{name} does not hold for {input}: \"{}\"", bytes.escape_ascii());
}

#[test]
fn every_kept_input_holds() {
    for (name, check) in TARGETS {
        for (path, bytes) in kept(name) {
            hold(check, &bytes, name, &path.display().to_string());
        }
    }
}

#[test]
fn inputs_made_from_the_kept_ones_hold() {
    for (seed, (name, check)) in (0..).zip(TARGETS) {
        let kept: Vec<_> = kept(name).into_iter().map(|(_, bytes)| bytes).collect();
        let mut numbers = Numbers(seed);
        for _ in 0..MADE {
            hold(check, &numbers.changed(&kept), name, "an input made of kept ones");
            hold(check, &numbers.bytes(), name, "an input of any bytes");
        }
    }
}

#[test]
fn every_target_has_its_binary() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("libfuzzer");
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    for (name, _) in TARGETS {
        assert!(
            manifest.contains(&format!("name = \"{name}\"\n")),
            "{name} is no binary in libfuzzer/Cargo.toml"
        );
        let binary = std::fs::read_to_string(folder.join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(binary.contains(&format!("fuzz::{name}::check")), "{binary}");
    }
}

//! What ids could carry: nothing. All have one form, and each bit of each class is as often set as not.

use std::collections::BTreeMap;

use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::classes::Class;

/// How likely it is that ids drawn fairly are held to tell something: all tests together, so that a fair source fails
/// once in a million runs.
const SIZE: f64 = 1e-6;

const BITS: usize = 128;

/// What ids tell: their form, or a bit. Each bit of each class is put to a chi-square test of one degree of freedom, at
/// [`SIZE`] by the number of tests (Bonferroni). With 40 ids of a class, a bit that is always set is found.
pub(super) fn tells(by_class: &BTreeMap<Class, Vec<String>>) -> Vec<String> {
    let mut tells = vec![];
    let each = SIZE / (BITS * by_class.len()) as f64;
    for (class, ids) in by_class {
        let malformed = ids.iter().filter(|id| !has_form(id)).count();
        if malformed > 0 {
            tells.push(format!("the form of an id tells {class:?}"));
            continue;
        }
        for bit in 0..BITS {
            let set = ids.iter().filter(|id| is_set(id, bit)).count();
            if fair(set, ids.len()) < each {
                tells.push(format!("bit {bit} of an id tells {class:?}"));
            }
        }
    }
    tells
}

fn has_form(id: &str) -> bool {
    id.len() == BITS / 4 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_set(id: &str, bit: usize) -> bool {
    let digit = char::from(id.as_bytes()[bit / 4]).to_digit(16).unwrap();
    digit >> (3 - bit % 4) & 1 == 1
}

/// How likely so many of `all` fair bits, or a number further from half, are set.
fn fair(set: usize, all: usize) -> f64 {
    let half = all as f64 / 2.0;
    let statistic = 2.0 * (set as f64 - half).powi(2) / half;
    ChiSquared::new(1.0).unwrap().sf(statistic)
}

#[test]
fn a_bit_that_is_always_set_is_found_and_a_fair_one_is_not() {
    // A chi-square of one degree of freedom exceeds 3.841 once in twenty times.
    assert!((fair(60, 100) - 0.0455).abs() < 1e-4);
    let id = |n: u128| format!("{:032x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
    let fair: Vec<_> = (1..=200).map(id).collect();
    let spoiled = fair.iter().map(|id| format!("8{}", id.get(1..).unwrap())).collect();
    let told = tells(&BTreeMap::from([(Class::Dialed, fair), (Class::Duplicate, spoiled)]));
    assert!(told.contains(&"bit 0 of an id tells Duplicate".to_owned()), "{told:?}");
    assert!(!told.iter().any(|tell| tell.contains("Dialed")), "{told:?}");
}

//! Long histories: days of asking, calling, losing, repeating and operating, drawn at random, with the functions' clocks
//! some seconds apart. After each step everything that is there is held against a model of what must hold.
//!
//! `cargo test -p suite -- --ignored histories` draws hundreds of longer ones.

mod acts;
mod driver;
mod model;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use acts::{Act, act};
use driver::History;

async fn walk(acts: &[Act]) -> Vec<String> {
    let mut history = History::begin().await;
    for (n, act) in acts.iter().enumerate() {
        let wrong = history.step(act).await;
        if !wrong.is_empty() {
            return [vec![format!("after step {n}, {act:?}")], wrong].concat();
        }
    }
    history.quiet().await
}

/// Draws so many histories of so many acts, the same each time.
fn draw(histories: u32, acts: std::ops::Range<usize>) {
    let config = Config { cases: histories, failure_persistence: None, ..Config::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let result = TestRunner::new_with_rng(config, rng).run(&proptest::collection::vec(act(), acts), |acts| {
        let wrong = runtime.block_on(walk(&acts));
        if wrong.is_empty() { Ok(()) } else { Err(TestCaseError::fail(wrong.join("\n"))) }
    });
    result.unwrap();
}

#[test]
fn whatever_happens_in_whatever_order_the_invariants_hold() {
    draw(20, 1..120);
}

#[test]
#[ignore = "takes many minutes"]
fn whatever_happens_for_long_the_invariants_hold() {
    draw(500, 1..400);
}

//! Things happen in any order and more than once, and a request never goes back.

use local::stack::Function;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use tollgate::state::StateName;

use crate::world::{NUMBER, account, world};

/// One thing that happens to a request under way.
#[derive(Debug, Clone, Copy)]
enum Step {
    Screening,
    Dialing,
    Hear(usize),
    Upkeep,
    Minute,
}

/// Takes steps in this order and, in the end, lets upkeep put everything right.
async fn walk(steps: &[Step]) {
    let world = world().await;
    world.policy(json!({ "dial": { "deadline_seconds": 3_600 } })).await;
    let alice = account("alice");
    let (first, second) = (alice.asks(&world, NUMBER).await, alice.asks(&world, NUMBER).await);
    let (mut told, mut phases) = (vec![], [0, 0]);
    let all = steps.iter().copied().chain([Step::Screening, Step::Dialing]);
    for step in all.chain([Step::Minute, Step::Upkeep].into_iter().cycle().take(12)) {
        match step {
            Step::Screening => {
                let _ = world.deliver(Function::Screening, &world.records_for(Function::Screening)).await;
            }
            Step::Dialing => {
                let _ = world.deliver(Function::Dialing, &world.records_for(Function::Dialing)).await;
            }
            Step::Hear(n) if !told.is_empty() => {
                let event: &Value = &told[n % told.len()];
                world.stack.hear(event).await.unwrap();
            }
            Step::Hear(_) => {}
            Step::Upkeep => drop(world.stack.upkeep().await.unwrap()),
            Step::Minute => {
                world.pass_unseen(60);
                told.extend(world.intercept());
            }
        }
        for (phase, id) in phases.iter_mut().zip([&first, &second]) {
            let next = world.state(id).await.phase();
            assert!(*phase <= next, "{phase} to {next} after {step:?} of {steps:?}");
            *phase = next;
        }
    }
    assert_eq!(world.calls().len(), 1, "{steps:?}");
    assert_eq!(world.state(&first).await, StateName::Closed, "{steps:?}");
    assert_eq!(world.tallied("range#+1206555", "good").await, 1, "{steps:?}");
    assert!(world.items("Pending").await.is_empty(), "{steps:?}");
}

#[test]
fn a_request_never_goes_back_in_whatever_order_its_events_come() {
    let step = prop_oneof![
        Just(Step::Screening),
        Just(Step::Dialing),
        (0..12_usize).prop_map(Step::Hear),
        (0..12_usize).prop_map(Step::Hear),
        Just(Step::Upkeep),
        Just(Step::Minute),
    ];
    let config = Config { cases: 16, failure_persistence: None, ..Config::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let result = TestRunner::new(config).run(&proptest::collection::vec(step, 4..14), |steps| {
        runtime.block_on(walk(&steps));
        Ok(())
    });
    result.unwrap();
}

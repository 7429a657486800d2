//! dump
use crate::world::*;
use local::stack::Function;
#[tokio::test]
async fn dump() {
    let world = world().await;
    let alice = account("3f2a9c1e").with_verified_number("+12065550100");
    let id = alice.posts(&world, r#"{"phoneNumber":"+12065550100","name":"Alice Doe","topic":"Invoice 4711"}"#).await.json()["id"].as_str().unwrap().to_owned();
    let mut batches = vec![];
    let take = |f: Function| { let b = world.stack.with_pump(|p| p.next_batch(f.name())).unwrap(); b.map(|b| b.event) };
    batches.push(("screening/new-request", take(Function::Screening)));
    world.stack.pump(Function::Screening).await.unwrap();
    batches.push(("dialing/approved", take(Function::Dialing)));
    world.pass_unseen(2);
    alice.withdraws(&world, &id).await;
    batches.push(("dialing/approved-withdrawn", take(Function::Dialing)));
    world.settle().await;
    world.stack.connect.fail_next(local::connect::StartFault::Throttled);
    account("7c21d0b4").at("2001:db8:1:2::7").asks(&world, "+12065550143").await;
    world.settle().await;
    for _ in 0..10 { world.pass_unseen(30); world.stack.upkeep().await.unwrap(); let b = take(Function::Dialing); if b.is_some() { batches.push(("dialing/due-again", b)); break; } }
    for (name, batch) in batches { println!("@@ {name}\n{}", serde_json::to_string(&batch).unwrap()); }
    world.settle().await;
    while let Some(due) = world.stack.connect.next_due() {
        world.pass_unseen(due.duration_since(world.now()).as_secs().max(0));
        for e in world.stack.connect.due(world.now()) { println!("@@ ev/{}\n{}", e["detail"]["eventType"], e); }
    }
}

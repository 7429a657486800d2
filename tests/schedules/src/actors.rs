//! Those who act in a schedule, each a task of its own.

use std::sync::Arc;

use http::Method;
use jiff::SignedDuration;
use local::stack::Function;
use local::stream::BatchOutcome;
use serde_json::{Value, json};
use shuttle::future::{JoinHandle, spawn_local, yield_now};

use crate::bell::others;
use crate::callers::{operator, visitor};
use crate::chance::{below, happens};
use crate::invocation::run;
use crate::scenario::{Deed, NUMBERS, Visitor};
use crate::tables;
use crate::violation::{Invariant, Violation};
use crate::world::{Delivery, World};

/// How long invocations last at most, as in the template.
const INVOCATION: SignedDuration = SignedDuration::from_secs(60);
/// How often upkeep runs.
const EVERY: SignedDuration = SignedDuration::from_mins(1);
/// How often the bus tries to deliver an event that was not taken.
const DELIVERIES_MAX: u32 = 3;

/// Sends all of them on their way.
pub(crate) fn begin(world: &Arc<World>) -> Vec<JoinHandle<()>> {
    let mut tasks = vec![];
    for plan in world.scenario.visitors.clone() {
        tasks.push(spawn_local(ask(Arc::clone(world), plan)));
    }
    for function in [Function::Screening, Function::Dialing, Function::Screening, Function::Dialing] {
        tasks.push(spawn_local(work(Arc::clone(world), function)));
    }
    for _ in 0..2 {
        tasks.push(spawn_local(listen(Arc::clone(world))));
        if world.scenario.upkeep {
            tasks.push(spawn_local(look_after(Arc::clone(world))));
        }
    }
    tasks.push(spawn_local(operate(Arc::clone(world))));
    if !world.scenario.transfers.is_empty() {
        tasks.push(spawn_local(hand_on(Arc::clone(world))));
    }
    tasks.push(spawn_local(carry_late(Arc::clone(world))));
    tasks.push(spawn_local(pass_time(Arc::clone(world))));
    tasks
}

/// A visitor asks, perhaps more than once, and perhaps withdraws.
async fn ask(world: Arc<World>, plan: Visitor) {
    wait(&world, plan.waits).await;
    let mut id = None;
    for _ in 0..plan.sends {
        let body = json!({ "phoneNumber": plan.number }).to_string();
        let ends = world.now() + INVOCATION;
        let sent = visitor(&world.stack, &plan, Method::POST, "/account/callbacks", body);
        let answer = run(ends, sent).await;
        world.bell.ring();
        if let Some(accepted) = answer.and_then(|answer| answer.accepted()) {
            world.accepted.lock().unwrap().push(accepted.clone());
            id = Some(accepted);
        }
    }
    let (Some(id), Some(waits)) = (id, plan.withdraws) else { return };
    wait(&world, waits).await;
    let path = format!("/account/callbacks/{id}");
    let ends = world.now() + INVOCATION;
    let withdrawn = run(ends, visitor(&world.stack, &plan, Method::DELETE, &path, String::new())).await;
    if withdrawn.is_some_and(|answer| answer.status == 204) {
        world.border.count("withdrawn");
    }
    world.bell.ring();
}

/// Waits until time has passed so many times, if it still will.
async fn wait(world: &World, ticks: u32) {
    for _ in 0..ticks {
        world.border.ticks.rung().await;
    }
}

/// An instance of a function on the stream. Two of them get the same batch until one has reported on it.
async fn work(world: Arc<World>, function: Function) {
    while !world.is_over() {
        let batch = world.stack.with_pump(|pump| pump.next_batch(function.name())).unwrap();
        let Some(batch) = batch else {
            world.moment().await;
            continue;
        };
        world.handed_out.lock().unwrap().push((function, batch.event.clone()));
        let invoked = run(world.now() + INVOCATION, world.stack.invoke(function, batch.event.clone())).await;
        let outcome = match invoked {
            Some(Ok(response)) => BatchOutcome::from_response(&response),
            Some(Err(_)) | None => BatchOutcome::FailedWhole,
        };
        if outcome == BatchOutcome::Done && happens(world.scenario.weather.cut_off) {
            world.border.count("report lost");
        } else {
            world.stack.with_pump(|pump| pump.report(&batch, outcome)).unwrap();
        }
        if happens(150)
            && let Some(event) = handed_out(&world, function)
        {
            world.border.count("batch redelivered out of turn");
            let _ = run(world.now() + INVOCATION, world.stack.invoke(function, event)).await;
        }
        world.bell.ring();
        others(1).await;
    }
}

fn handed_out(world: &World, function: Function) -> Option<serde_json::Value> {
    let batches = world.handed_out.lock().unwrap();
    let own: Vec<_> = batches.iter().filter(|(of, _)| *of == function).collect();
    own.get(below(u32::try_from(own.len()).unwrap()) as usize).map(|(_, event)| event.clone())
}

/// An instance of contact-events.
async fn listen(world: Arc<World>) {
    while !world.is_over() {
        world.collect_events();
        let Some(delivery) = world.take_event() else {
            world.moment().await;
            continue;
        };
        let heard = run(world.now() + INVOCATION, world.stack.hear(&delivery.event)).await;
        if matches!(heard, Some(Ok(()))) {
            world.was_heard(&delivery.event);
        } else {
            let attempts = delivery.attempts + 1;
            if attempts < DELIVERIES_MAX {
                let not_before = world.now() + SignedDuration::from_secs(i64::from(below(60)));
                world.put_on_bus(Delivery { not_before, attempts, ..delivery });
            } else {
                world.border.count("event given up");
            }
        }
        world.bell.ring();
        others(1).await;
    }
}

/// Upkeep, at the same time as another run. Where it would find nothing it seldom runs: that would be most of all calls.
async fn look_after(world: Arc<World>) {
    let mut last = world.now();
    while !world.is_over() {
        world.border.ticks.rung().await;
        let due =
            world.now().duration_since(last) >= EVERY && tables::is_upkeep_due(&world.stack, world.now());
        if !due && !happens(30) {
            continue;
        }
        last = world.now();
        let run = run(world.now() + INVOCATION, world.stack.upkeep()).await;
        if let Some(Ok(report)) = run {
            world.border.count("upkeep ran");
            if report.claims_released > 0 {
                world.border.violated(Violation::of(Invariant::NoOrphan, "upkeep found a claim to release"));
            }
        }
        world.bell.ring();
    }
}

/// The operator.
async fn operate(world: Arc<World>) {
    for deed in world.scenario.operator.clone() {
        wait(&world, 1 + below(6)).await;
        let Some((method, path, version, body)) = sent_for(&world, deed).await else { continue };
        let sent = operator(&world.stack, method, &path, version, body.to_string());
        let answer = run(world.now() + INVOCATION, sent).await;
        if answer.is_some_and(|answer| answer.status < 300) {
            world.border.count("operator's deed");
        }
        world.bell.ring();
    }
}

/// Agents hand calls on: the first that lives, or the contact that was handed on last.
async fn hand_on(world: Arc<World>) {
    let mut last: Option<String> = None;
    for transfer in world.scenario.transfers.clone() {
        wait(&world, transfer.waits).await;
        let calls = world.stack.connect.calls();
        let talked_in =
            calls.into_iter().filter(|call| call.answered_at.is_some() && call.ended_at.is_none());
        let contacts = last.take().into_iter().chain(talked_in.map(|call| call.contact_id));
        for contact in contacts {
            if let Ok(leg) = world.stack.connect.transfer(&contact, transfer.talk_seconds) {
                world.border.count("transfer");
                last = Some(leg);
                break;
            }
        }
        world.bell.ring();
    }
}

/// What the operator sends for a deed; none if there is nothing to do it to.
async fn sent_for(world: &World, deed: Deed) -> Option<(Method, String, Option<&'static str>, Value)> {
    let number = format!("number%23{}", NUMBERS[0].replace('+', "%2B"));
    Some(match deed {
        Deed::DenyNumber => {
            let body = json!({ "effect": "deny", "reason": "told in a schedule" });
            (Method::PUT, format!("/review/entries/{number}"), None, body)
        }
        Deed::KillSwitch | Deed::Resume => {
            let all = deed == Deed::KillSwitch;
            let body = json!({ "all": all, "countries": [], "reason": "told in a schedule" });
            (Method::PUT, "/review/kill-switches".to_owned(), None, body)
        }
        Deed::SavePolicy => {
            let policy = world.scenario.rules.policy();
            (Method::PUT, "/review/policy".to_owned(), Some("\"1\""), policy)
        }
        Deed::Mark(mark) => {
            let id = ended(world).await?;
            (Method::PUT, format!("/review/requests/{id}/mark"), None, json!({ "mark": mark }))
        }
        Deed::Forgive => {
            let path = format!("/review/blocks/{number}?reason=told%20in%20a%20schedule");
            (Method::DELETE, path, None, Value::Null)
        }
    })
}

/// A request that has ended, as soon as there is one.
async fn ended(world: &World) -> Option<String> {
    loop {
        let requests = tables::all(&world.stack.engine, "Requests");
        let ended: Vec<_> = requests.iter().filter(|request| request.phase() == 4).collect();
        if let Some(chosen) = ended.get(below(u32::try_from(ended.len()).unwrap()) as usize) {
            return Some(chosen.text("request_id").to_owned());
        }
        if world.is_over() {
            return None;
        }
        world.border.ticks.rung().await;
    }
}

/// Carries what was lost to its sender to where it was sent, late.
async fn carry_late(world: Arc<World>) {
    while !world.is_over() {
        world.moment().await;
        others(below(20)).await;
        if happens(500) {
            world.border.let_one_arrive_late();
        }
    }
}

/// Time passes while the others act.
async fn pass_time(world: Arc<World>) {
    for seconds in world.scenario.ticks.clone() {
        others(below(120)).await;
        if happens(700) {
            yield_now().await;
        }
        world.tick(i64::from(seconds));
    }
    others(below(40)).await;
    world.bell.ring_out();
    world.border.ticks.ring_out();
}

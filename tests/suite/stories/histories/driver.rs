//! Does what a history says, on the real handlers, and looks at everything after each step.

use std::sync::Arc;

use http::Method;
use jiff::SignedDuration;
use local::counts::Count;
use local::stack::Function;
use local::stream::BatchOutcome;
use serde_json::{Value, json};
use tollgate::outcome::Outcome;
use tollgate::record::MarkKind;
use tollgate::state::{Ending, State, StateName};
use tollgate_aws::clock::{Clock, ManualClock};

use super::acts::{Act, Hearing, NUMBERS};
use super::model::{BUDGETS, Model, Seen};
use crate::world::{Visitor, World, account, world};

/// By how many seconds the dialers' clock is behind.
const DIALERS_BEHIND: i64 = 3;

/// The longest call, so that a lost one is given up within a history.
const CALL_SECONDS_MAX: u32 = 600;

/// A history under way.
pub(super) struct History {
    world: World,
    dialers: ManualClock,
    model: Model,
    /// Every request, with who asked.
    asked: Vec<(String, Visitor)>,
    /// Every contact event that ever came.
    heard: Vec<Value>,
    deadline_seconds: u32,
}

fn number(n: usize) -> String {
    format!("+1206{}0100", 222 + n)
}

fn visitor(n: usize) -> Visitor {
    account(&format!("visitor-{n}")).at(&format!("203.0.{n}.7"))
}

fn policy(deadline_seconds: u32, limited: bool) -> Value {
    let [(_, minute), (_, hour), (_, day)] = BUDGETS;
    let limit = |requests_max: u32| json!({ "requests_max": requests_max, "window_seconds": 3_600 });
    let (often, unproven) = if limited { (3, 2) } else { (30, 100) };
    json!({
        "budgets": {
            "calls_per_minute_max": minute, "calls_per_hour_max": hour, "calls_per_day_max": day,
        },
        "limits": { "per_account": limit(often), "per_number": limit(often) },
        "held": { "per_range_while_untold_max": unproven },
        "dial": { "deadline_seconds": deadline_seconds, "call_seconds_max": CALL_SECONDS_MAX },
    })
}

impl History {
    pub(super) async fn begin() -> Self {
        let mut world = world().await;
        let dialers = ManualClock::at(world.now() - SignedDuration::from_secs(DIALERS_BEHIND));
        let functions = &mut Arc::get_mut(&mut world.stack).unwrap().functions;
        functions.dialing.clock = Clock::Manual(dialers.clone());
        world.policy(policy(900, false)).await;
        let (model, asked, heard) = (Model::default(), vec![], vec![]);
        Self { world, dialers, model, asked, heard, deadline_seconds: 900 }
    }

    /// Does one thing, and tells what is wrong after it.
    pub(super) async fn step(&mut self, act: &Act) -> Vec<String> {
        self.act(act).await;
        let seen = self.seen().await;
        self.model.wrong(&seen, self.world.now())
    }

    async fn act(&mut self, act: &Act) {
        match act {
            Act::Ask { visitor, number } => self.ask(*visitor, *number).await,
            Act::Withdraw(n) if !self.asked.is_empty() => {
                let (id, visitor) = &self.asked[n % self.asked.len()];
                assert_eq!(visitor.withdraws(&self.world, id).await.status, 204);
            }
            Act::Screen { skew } => self.read(Function::Screening, *skew).await,
            Act::Dial => self.read(Function::Dialing, 0).await,
            Act::Again { screening, last, reversed } => {
                let function = function(*screening);
                let mut records = self.world.records_for(function);
                records.drain(..records.len().saturating_sub(*last));
                if *reversed {
                    records.reverse();
                }
                self.world.deliver(function, &records).await;
            }
            Act::Park { screening } => self.world.park_all(function(*screening)),
            Act::Hear { how, skew } => self.hear(*how, *skew).await,
            Act::Pass { seconds } => {
                self.world.pass_unseen(*seconds);
                self.dialers.advance(SignedDuration::from_secs(*seconds));
            }
            Act::Upkeep { skew } => self.upkeep(*skew).await,
            Act::Sweep => drop(self.world.stack.engine.sweep_expired().unwrap()),
            Act::Behave { number: n, plan } => self.world.stack.connect.plan_for(&number(*n), *plan),
            Act::Fail(fault) => self.world.stack.connect.fail_next(*fault),
            _ => self.operator(act).await,
        }
    }

    async fn operator(&mut self, act: &Act) {
        match act {
            Act::Deny { number: n, on } => {
                self.model.denied(number(*n), *on);
                self.list("deny", &format!("number#{}", number(*n)), *on).await;
            }
            Act::Trust { visitor, on } => {
                self.model.trusted(*visitor, *on);
                self.list("trust", &format!("account#visitor-{visitor}"), *on).await;
            }
            Act::KillSwitch(on) => {
                self.model.killed(*on);
                self.world.kill_switches(*on, &[]).await;
            }
            Act::Policy { deadline_seconds, limited } => {
                self.deadline_seconds = *deadline_seconds;
                self.world.policy(policy(*deadline_seconds, *limited)).await;
            }
            Act::Mark { request, spam } if !self.asked.is_empty() => {
                let (id, _) = &self.asked[request % self.asked.len()];
                let mark = json!({ "mark": if *spam { "spam" } else { "legitimate" } });
                let path = format!("/review/requests/{id}/mark");
                let marked = self.world.operator(Method::PUT, &path, mark).await;
                assert!(marked.status < 500, "{}", marked.text);
            }
            _ => {}
        }
    }

    async fn list(&self, effect: &str, entry: &str, on: bool) {
        if on {
            self.world.list(effect, entry).await;
        } else {
            let path =
                format!("/review/entries/{}?reason=told", entry.replace('#', "%23").replace('+', "%2B"));
            let removed = self.world.operator(Method::DELETE, &path, Value::Null).await;
            assert!(removed.status < 500, "{}", removed.text);
        }
    }

    async fn ask(&mut self, who: usize, whom: usize) {
        let visitor = visitor(who);
        if self.model.is_killed() {
            let told = visitor.asks_for(&self.world, &number(whom)).await;
            assert_eq!((told.status, &told.json()["status"]), (200, &json!("redirected")));
            return;
        }
        let id = visitor.asks(&self.world, &number(whom)).await;
        self.model.asked(&id, who, number(whom), self.world.now(), self.deadline_seconds);
        self.asked.push((id, visitor));
    }

    /// Reads the stream to its end for one function.
    async fn read(&self, function: Function, skew: i64) {
        let stack = &self.world.stack;
        while let Some(batch) = stack.with_pump(|pump| pump.next_batch(function.name())).unwrap() {
            let now = self.world.now() + SignedDuration::from_secs(skew);
            let answer = match function {
                Function::Screening => {
                    let event = serde_json::from_value(batch.event.clone()).unwrap();
                    let clock = Clock::Manual(ManualClock::at(now));
                    let ends = now + SignedDuration::from_mins(1);
                    screening::handle(event, &stack.functions.screening, &clock, ends).await.unwrap()
                }
                Function::Dialing => stack.invoke(function, batch.event.clone()).await.unwrap(),
            };
            let outcome = BatchOutcome::from_response(&answer);
            stack.with_pump(|pump| pump.report(&batch, outcome)).unwrap();
        }
    }

    async fn hear(&mut self, how: Hearing, skew: i64) {
        let mut events = self.world.intercept();
        self.heard.extend(events.iter().cloned());
        match how {
            Hearing::InOrder => {}
            Hearing::Reversed => events.reverse(),
            Hearing::Twice => events = [events.clone(), events].concat(),
            Hearing::LessOne => drop(events.drain(..events.len().min(1))),
            Hearing::Lost => events.clear(),
            Hearing::AllAgain => events.clone_from(&self.heard),
        }
        let now = self.world.now() + SignedDuration::from_secs(skew);
        for event in &events {
            contact_events::handle(event, &self.world.stack.functions.contact_events, now).await.unwrap();
        }
    }

    async fn upkeep(&self, skew: i64) {
        let now = self.world.now() + SignedDuration::from_secs(skew);
        let report = upkeep::handle(&self.world.stack.functions.upkeep, now).await.unwrap();
        // A claim without a request that needs it would be let go here: none may ever be.
        assert_eq!((report.claims_released, report.unreadable), (0, 0), "{report:?}");
    }

    async fn seen(&self) -> Seen {
        let text = |item: &crate::by_hand::Item, name: &str| item[name].as_s().unwrap().clone();
        let mut seen = Seen::default();
        for item in self.world.items("Requests").await {
            let id = text(&item, "request_id");
            seen.requests.insert(id.clone(), StateName::parse(&text(&item, "state")).unwrap());
            if item.contains_key("open") {
                seen.open.insert(id);
            }
        }
        for item in self.world.items("Pending").await {
            seen.holders.insert(text(&item, "number"), text(&item, "held_by"));
        }
        for item in self.world.items("Counters").await {
            for Count { subject, window, name, number } in local::counts::of(&item) {
                // Places of newcomers may be fewer than none: who talks makes room for others.
                let places = ["newcomers", "strangers"].contains(&name.as_str());
                if number < 0 && !places {
                    seen.negative.push(format!("{subject} {window} {name} {number}"));
                }
                if subject == "budget#total" && name == "calls" {
                    seen.budgets.insert(window, number);
                }
            }
        }
        let connect = &self.world.stack.connect;
        let calls = connect.calls().into_iter();
        seen.calls =
            calls.map(|call| (call.request_id.unwrap(), call.phone_number, call.started_at)).collect();
        seen.at_once = (0..NUMBERS).map(|n| connect.max_live_at_once(&number(n))).max().unwrap();
        seen
    }

    /// Lets all go well until everything is over, and tells what is wrong then.
    pub(super) async fn quiet(&mut self) -> Vec<String> {
        self.world.stack.connect.heal();
        for _ in 0..30 {
            for act in
                [Act::Pass { seconds: 300 }, Act::Upkeep { skew: 0 }, Act::Screen { skew: 0 }, Act::Dial]
            {
                self.act(&act).await;
            }
            self.hear(Hearing::InOrder, 0).await;
        }
        let seen = self.seen().await;
        let mut wrong = self.model.wrong(&seen, self.world.now());
        wrong.extend(self.model.left_over(&seen));
        wrong.extend(self.outcomes().await);
        wrong
    }

    /// Every call whose end is known stands among the evidence once, with its end and its mark.
    async fn outcomes(&self) -> Option<String> {
        let mut ended = [0; 3];
        for id in self.model.closed() {
            let record = self.world.record(id).await;
            let State::Ended(Ending::Closed { end, .. }) = record.state else { continue };
            let is_withdrawn = end.as_ref().is_some_and(|end| end.outcome() == Outcome::Withdrawn);
            // Of a call that was given up nobody knows how it went: it counts for nothing.
            let talked = end.map_or(Some(0), |end| end.agent_seconds());
            let talked_well = talked.is_some_and(|seconds| seconds >= 30);
            let came_to = match record.mark.map(|mark| mark.kind) {
                Some(MarkKind::Spam) if talked_well => continue,
                Some(MarkKind::Spam) => 0,
                _ if is_withdrawn => 1,
                _ if talked == Some(0) => continue,
                Some(MarkKind::Legitimate) if talked.is_some() => 2,
                _ => match talked {
                    None => 0,
                    Some(_) if talked_well => 2,
                    Some(_) => 1,
                },
            };
            ended[came_to] += 1;
        }
        let mut told = [0; 3];
        for n in 0..NUMBERS {
            for (sum, came_to) in told.iter_mut().zip(["wasted", "short", "good"]) {
                *sum += self.world.tallied(&format!("number#{}", number(n)), came_to).await;
            }
        }
        (told != ended).then(|| format!("calls wasted, short and good: {ended:?} ended, {told:?} told"))
    }
}

fn function(screening: bool) -> Function {
    if screening { Function::Screening } else { Function::Dialing }
}

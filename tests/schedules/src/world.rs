//! The world of one schedule: the stack behind its border, a clock, and what those who act in it share.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use local::stack::{Options, Stack};
use local::wire::Wire;
use serde_json::Value;
use tollgate_aws::clock::{Clock, ManualClock};

use crate::BEGINNING;
use crate::bell::Bell;
use crate::border::Border;
use crate::chance::{below, happens, id};
use crate::planted::Planted;
use crate::scenario::Scenario;
use crate::tables;

/// The world.
pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) clock: ManualClock,
    pub(crate) border: Arc<Border>,
    pub(crate) scenario: Scenario,
    /// Rung when time has passed, and when something was written that others read.
    pub(crate) bell: Bell,
    /// The ids of requests that were accepted.
    pub(crate) accepted: Mutex<Vec<String>>,
    /// Events that EventBridge has yet to deliver.
    pub(crate) bus: Mutex<Vec<Delivery>>,
    /// The contacts that a call was transferred to and that were heard of before its end: they hold its number.
    pub(crate) legs: Mutex<BTreeSet<String>>,
    /// Batches of the stream that were handed out, to be handed out again out of turn.
    pub(crate) handed_out: Mutex<Vec<(local::stack::Function, Value)>>,
}

/// A contact event on its way.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) event: Value,
    /// When it is delivered at the earliest.
    pub(crate) not_before: Timestamp,
    pub(crate) attempts: u32,
}

impl World {
    pub(crate) async fn of(scenario: Scenario, planted: Option<Planted>) -> Arc<Self> {
        let clock = ManualClock::at(BEGINNING.parse().unwrap());
        let border = Border::new(clock.clone(), planted);
        let options = Options {
            image: Some(scenario.rules.image()),
            plan: scenario.calls,
            wire: Wire::InProcess(border.crossing()),
            settings_kept_seconds: scenario.settings_kept_seconds,
            ..Options::for_tests(Clock::Manual(clock.clone()))
        };
        let mut stack = Stack::start(options).await.unwrap();
        // The same ids in every run of a seed.
        stack.functions.intake.secret = [7; 32];
        stack.functions.intake.random = id;
        tables::watch(&stack);
        stack.connect.break_lines(scenario.lines_broken);
        border.open(stack.engine.clone(), stack.connect.clone());
        Arc::new(Self {
            stack,
            clock,
            border,
            scenario,
            bell: Bell::default(),
            accepted: Mutex::default(),
            bus: Mutex::default(),
            legs: Mutex::default(),
            handed_out: Mutex::default(),
        })
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether whoever repeats what he does is to stop.
    pub(crate) fn is_over(&self) -> bool {
        self.bell.is_over()
    }

    /// Waits until something has happened, if anything still will.
    pub(crate) async fn moment(&self) {
        self.bell.rung().await;
    }

    /// Moves the clock, and wakes whoever waits for that.
    pub(crate) fn tick(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
        self.border.ticks.ring();
        self.bell.ring();
    }

    /// Puts the events that are due onto the bus, which may lose, repeat and delay them.
    pub(crate) fn collect_events(&self) {
        let weather = self.scenario.weather;
        for event in self.stack.connect.due(self.now()) {
            if happens(weather.events_lost) {
                self.border.count("event lost");
                continue;
            }
            let repeated = happens(weather.events_repeated);
            for _ in 0..1 + u32::from(repeated) {
                let delay = if repeated { below(90) } else { 0 };
                let not_before = self.now() + SignedDuration::from_secs(i64::from(delay));
                self.put_on_bus(Delivery { event: event.clone(), not_before, attempts: 0 });
            }
        }
    }

    /// Notes that an event was taken. The beginning of a leg holds the number if it stands in the item of the contact that
    /// began the call, and that one's end does not.
    pub(crate) fn was_heard(&self, event: &Value) {
        let detail = &event["detail"];
        let (Some(leg), Some(first)) = (detail["contactId"].as_str(), detail["initialContactId"].as_str())
        else {
            return;
        };
        let mut held = self.legs.lock().unwrap();
        if detail["eventType"] == "INITIATED"
            && tables::is_leg_of_live_call(&self.stack.engine, first, leg, &held)
        {
            self.border.count("transfer heard of in time");
            held.insert(leg.to_owned());
        }
    }

    pub(crate) fn put_on_bus(&self, delivery: Delivery) {
        self.bus.lock().unwrap().push(delivery);
    }

    /// Takes any event off the bus that may be delivered now.
    pub(crate) fn take_event(&self) -> Option<Delivery> {
        let mut bus = self.bus.lock().unwrap();
        let ready: Vec<_> =
            (0..bus.len()).filter(|place| bus[*place].not_before <= self.clock.now()).collect();
        let chosen = ready.get(below(u32::try_from(ready.len()).unwrap()) as usize)?;
        Some(bus.swap_remove(*chosen))
    }
}

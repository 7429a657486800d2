//! Where every call of the functions crosses to DynamoDB, Connect and the carrier lookup: who goes first is decided here,
//! and what goes wrong.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use jiff::{SignedDuration, Timestamp};
use local::connect::{Connect, StartFault};
use local::engine::Engine;
use local::wire::{Call, Crossing, Fate, ServiceName};
use serde_json::Value;
use tollgate_aws::clock::ManualClock;

use crate::bell::{Bell, others};
use crate::chance::{below, happens};
use crate::faults::{Trouble, Weather, is_order};
use crate::figures::Figures;
use crate::invocation::Invocation;
use crate::planted::Planted;
use crate::tables;
use crate::violation::{Violation, Violations};

/// Lambda may end an invocation somewhat late.
const OVERRUN: SignedDuration = SignedDuration::from_secs(10);

/// The border.
pub(crate) struct Border {
    clock: ManualClock,
    planted: Option<Planted>,
    /// Rung when time has passed: what slow calls wait for.
    pub(crate) ticks: Bell,
    beyond: OnceLock<(Engine, Connect)>,
    state: Mutex<State>,
}

/// What is known at the border.
#[derive(Default)]
struct State {
    /// None while nothing goes wrong and nobody has to wait.
    weather: Option<Weather>,
    /// Calls that were lost to their senders and are still under way.
    under_way: Vec<Call>,
    /// Whether a claim or a call may have changed since they were last looked at.
    changed: bool,
    orders: Vec<Order>,
    violations: Violations,
    figures: Figures,
}

/// An order to Connect to call somebody.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    /// The request that it is for.
    pub(crate) request_id: String,
    /// Whether its answer proves that no call was placed and that another order may follow.
    pub(crate) may_be_repeated: bool,
}

impl Border {
    pub(crate) fn new(clock: ManualClock, planted: Option<Planted>) -> Arc<Self> {
        Arc::new(Self {
            clock,
            planted,
            ticks: Bell::default(),
            beyond: OnceLock::new(),
            state: Mutex::default(),
        })
    }

    /// The border as the wire's clients meet it.
    pub(crate) fn crossing(self: &Arc<Self>) -> Crossing {
        let border = Arc::clone(self);
        Crossing::new(move |call| Box::pin(Arc::clone(&border).decide(call)))
    }

    /// What lies beyond, once it stands.
    pub(crate) fn open(&self, engine: Engine, connect: Connect) {
        let _ = self.beyond.set((engine, connect));
    }

    /// Begins or ends the time in which things go wrong.
    pub(crate) fn set_weather(&self, weather: Option<Weather>) {
        self.state().weather = weather;
    }

    /// Lets one call arrive that was lost to its sender, if there is one.
    pub(crate) fn let_one_arrive_late(&self) -> bool {
        let under_way = &mut self.state().under_way;
        if under_way.is_empty() {
            return false;
        }
        let next = under_way.swap_remove(below(u32::try_from(under_way.len()).unwrap_or(1)) as usize);
        let Some((engine, _)) = self.beyond.get() else { return false };
        let body = self.planted.and_then(|planted| planted.tampered(&next, engine));
        let _ = engine.operate(&next.operation, &body.unwrap_or(next.input));
        true
    }

    /// What happened, for those who judge it.
    pub(crate) fn finish(&self) -> (Vec<Order>, Violations, Figures) {
        let mut state = self.state();
        (
            std::mem::take(&mut state.orders),
            std::mem::take(&mut state.violations),
            std::mem::take(&mut state.figures),
        )
    }

    /// Adds to the figures.
    pub(crate) fn count(&self, what: &'static str) {
        self.state().figures.count(what);
    }

    /// Takes note of a violation.
    pub(crate) fn violated(&self, violation: Violation) {
        self.state().violations.push(violation);
    }

    async fn decide(self: Arc<Self>, call: Call) -> Fate {
        self.state().figures.crossings += 1;
        let Some(weather) = self.weather() else { return self.pass(call, None) };
        others(1 + below(3)).await;
        if happens(weather.slow) {
            self.count("slow");
            for _ in 0..1 + below(3) {
                self.ticks.rung().await;
            }
        }
        if let Some(invocation) = Invocation::current()
            && (happens(weather.cut_off) || self.now() > invocation.ends + OVERRUN)
        {
            self.state().figures.cut_off += 1;
            return invocation.cut_off().await;
        }
        self.look_around();
        let trouble = weather.trouble(&call);
        match &trouble {
            Some(Trouble::Fate(name, fate)) => {
                self.count(name);
                let arrives = matches!(fate, Fate::AnswerLost);
                let fate = fate.clone();
                if is_order(&call) {
                    // Too many requests: no call.
                    self.note_order(&call, matches!(fate, Fate::Answered { status: 429, .. }));
                }
                if arrives {
                    self.note_arrival(&call);
                }
                fate
            }
            Some(Trouble::Late) => {
                self.count("late");
                self.state().under_way.push(call);
                Fate::Lost
            }
            Some(Trouble::Order(fault)) => self.pass(call, Some(*fault)),
            None => self.pass(call, None),
        }
    }

    /// A call arrives, unless the product was tampered with.
    fn pass(&self, call: Call, fault: Option<StartFault>) -> Fate {
        self.note_arrival(&call);
        let Some((engine, connect)) = self.beyond.get() else { return Fate::Arrives };
        if is_order(&call) {
            let proof = matches!(fault, Some(StartFault::Throttle | StartFault::LimitExceeded));
            self.note_order(&call, proof);
            if let Some(fault) = fault {
                self.count("order answered badly");
                connect.fail_next(fault);
            }
        }
        self.planted
            .and_then(|planted| planted.tampered(&call, engine))
            .map_or(Fate::Arrives, Fate::ArrivesAs)
    }

    fn note_order(&self, call: &Call, may_be_repeated: bool) {
        let order: Value = serde_json::from_slice(&call.input).unwrap_or_default();
        let request_id = order["ClientToken"].as_str().unwrap_or_default().to_owned();
        let mut state = self.state();
        state.figures.orders += 1;
        state.orders.push(Order { request_id, may_be_repeated });
    }

    fn note_arrival(&self, call: &Call) {
        let names = |table: &[u8]| call.input.windows(table.len()).any(|part| part == table);
        let moves = match call.operation.as_str() {
            "TransactWriteItems" | "DeleteItem" => true,
            "UpdateItem" => names(b"\"Requests\"") || names(b"\"Calls\""),
            _ => false,
        };
        if call.service == ServiceName::DynamoDb && moves {
            self.state().changed = true;
        }
    }

    /// Looks whether every claim and every call belongs to a request that needs it, and every such request has both.
    fn look_around(&self) {
        let mut state = self.state();
        if std::mem::take(&mut state.changed)
            && let Some((engine, _)) = self.beyond.get()
        {
            state.violations.extend(tables::claims_at_odds(engine));
            state.violations.extend(tables::calls_at_odds(engine));
        }
    }

    fn weather(&self) -> Option<Weather> {
        self.state().weather
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

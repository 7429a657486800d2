//! Plays the requests of a scenario against Tollgate: through the edge to intake, by the stream to screening and dialing, to
//! the stand-in for Connect, back by its contact events, with upkeep each minute and operators' marks. Time jumps from one
//! event to the next.

mod asking;

pub(crate) use asking::ids;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use jiff::{SignedDuration, Timestamp};
use local::connect::{Call, EventKind};
use local::stack::{Error, Function, Options, Stack, consumer};
use local::stream::{Consumer, Start};
use serde_json::Value;
use tollgate::request::RequestId;
use tollgate::state::StateName;
use tollgate_aws::clock::{Clock, ManualClock};
use tollgate_aws::tables::requests;

use crate::fate::{CameTo, Dial, Fate};
use crate::scenario::{Document, Scenario};
use crate::traffic::Asked;

/// When every scenario begins: a full day in UTC, so that its budgets begin with it.
pub(crate) const BEGINNING: i64 = 1_772_409_600;
/// Upkeep's schedule.
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// Upkeep learns what is usual while a scenario is played, once a minute; nobody needs to read it more often.
const SETTINGS_KEPT_SECONDS: u32 = 60;

/// What came of a scenario.
#[derive(Debug)]
pub struct Played {
    /// What each request came to, in the order of the requests.
    pub fates: Vec<Fate>,
    /// Every call that Connect placed.
    pub calls: Vec<Call>,
    /// What was not as it should be, for the reader to know.
    pub warnings: Vec<String>,
}

/// Plays a scenario's requests under a policy. `tell` is called now and then with how many requests have been made.
///
/// # Errors
/// When the suite does something that a scenario does not provide for: a request that intake does not take, a record that
/// is given up on.
pub async fn play(
    scenario: &Scenario,
    asked: &[Asked],
    document: &Document,
    mut tell: impl FnMut(usize),
) -> Result<Played, Error> {
    let mut player = Player::start(scenario, asked, document).await?;
    while let Some((moment, happening)) = player.next() {
        player.clock.advance(moment.duration_since(player.clock.now()).max(SignedDuration::ZERO));
        player.let_happen(happening).await?;
        if happening == Happening::Request {
            tell(player.asked_so_far);
        }
    }
    player.end().await
}

/// What happens next. Of several things at one moment, the first here comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Happening {
    ContactEvent,
    DialersTurn,
    Mark,
    Upkeep,
    Request,
}

struct Player<'a> {
    scenario: &'a Scenario,
    asked: &'a [Asked],
    stack: Stack,
    clock: ManualClock,
    begins: Timestamp,
    /// The ids of the requests, in their order.
    ids: Vec<RequestId>,
    places: HashMap<String, usize>,
    asked_so_far: usize,
    /// When the dialer may take its next turn, if there may be something to dial.
    dials_at: Option<Timestamp>,
    /// When the next turn under Connect's rate is free.
    next_turn: Timestamp,
    marks: BinaryHeap<Reverse<(Timestamp, usize)>>,
    upkeep_at: Timestamp,
    /// From when on nothing can be open but calls.
    over_at: Timestamp,
    warnings: Vec<String>,
}

impl<'a> Player<'a> {
    async fn start(scenario: &'a Scenario, asked: &'a [Asked], document: &Document) -> Result<Self, Error> {
        let begins = Timestamp::from_second(BEGINNING)?;
        let clock = ManualClock::at(begins);
        let options = Options {
            settings_kept_seconds: SETTINGS_KEPT_SECONDS,
            ..Options::for_tests(Clock::Manual(clock.clone()))
        };
        let mut stack = Stack::start(options).await?;
        asking::save_policy(&stack, document).await?;
        // With a known secret, the ids are the same whenever the scenario is played.
        stack.functions.intake.secret = asking::SECRET;
        // One at a time: the dialer takes its turn, places the call, and is asked again when the next turn is due.
        let dialing = Consumer { batch_size: 1, ..consumer(Function::Dialing)? };
        stack.with_pump(|pump| pump.subscribe(dialing, Start::TrimHorizon));
        for asked in asked.iter().rev() {
            let line = scenario.traffic.get(asked.traffic).map(|traffic| traffic.line());
            stack.carriers.set(asked.number.e164(), line.unwrap_or_default());
        }
        let last = asked.last().map_or(SignedDuration::ZERO, |asked| asked.at);
        let policy = &document.policy;
        let mut player = Self {
            scenario,
            asked,
            clock,
            begins,
            ids: ids(asked)?,
            places: HashMap::new(),
            asked_so_far: 0,
            dials_at: None,
            next_turn: begins,
            marks: BinaryHeap::new(),
            upkeep_at: begins + MINUTE,
            over_at: begins + last + policy.deadline() + MINUTE * 3,
            warnings: vec![],
            stack,
        };
        for (place, (id, asked)) in player.ids.iter().zip(asked).enumerate() {
            player.stack.connect.plan_for_request(&id.to_string(), asked.call);
            player.places.insert(id.to_string(), place);
        }
        Ok(player)
    }

    /// What happens next, and when; none if nothing does.
    fn next(&self) -> Option<(Timestamp, Happening)> {
        let event = self.stack.connect.next_due().map(|at| (at, Happening::ContactEvent));
        let dial = self.dials_at.map(|at| (at, Happening::DialersTurn));
        let request = self.asked.get(self.asked_so_far);
        let request = request.map(|asked| (self.begins + asked.at, Happening::Request));
        let mark = self.marks.peek().map(|Reverse((at, _))| (*at, Happening::Mark));
        let goes_on = request.is_some() || event.is_some() || dial.is_some() || self.upkeep_at < self.over_at;
        let upkeep = goes_on.then_some((self.upkeep_at, Happening::Upkeep));
        // Marks that come after everything else change nothing.
        let mark = mark.filter(|_| goes_on);
        [event, dial, request, mark, upkeep].into_iter().flatten().min()
    }

    async fn let_happen(&mut self, happening: Happening) -> Result<(), Error> {
        match happening {
            Happening::ContactEvent => self.hear().await,
            Happening::DialersTurn => self.dial().await,
            Happening::Mark => self.mark().await,
            Happening::Upkeep => {
                self.stack.upkeep().await?;
                self.upkeep_at += MINUTE;
                self.read_stream().await
            }
            Happening::Request => {
                let place = self.asked_so_far;
                if let (Some(asked), Some(traffic)) = (self.asked.get(place), self.traffic_of(place)) {
                    asking::ask(&self.stack, asked, place, traffic).await?;
                }
                self.asked_so_far += 1;
                self.read_stream().await
            }
        }
    }

    fn traffic_of(&self, place: usize) -> Option<&'a crate::scenario::Traffic> {
        self.scenario.traffic.get(self.asked.get(place)?.traffic)
    }

    /// Screens what is new; what is approved waits for the dialer's next turn.
    async fn read_stream(&mut self) -> Result<(), Error> {
        while self.stack.pump(Function::Screening).await? {}
        self.dials_at.get_or_insert(self.next_turn.max(self.clock.now()));
        Ok(())
    }

    async fn dial(&mut self) -> Result<(), Error> {
        self.dials_at = if self.stack.pump(Function::Dialing).await? {
            // A record that needed no turn holds nobody up.
            self.next_turn = asking::next_turn(&self.stack)?.unwrap_or(self.next_turn);
            Some(self.next_turn.max(self.clock.now()))
        } else {
            None
        };
        Ok(())
    }

    async fn hear(&mut self) -> Result<(), Error> {
        for event in self.stack.connect.due(self.clock.now()) {
            self.stack.hear(&event).await?;
            self.note_mark(&event);
        }
        Ok(())
    }

    /// Has an agent mark the call that just ended, if that is how it goes.
    fn note_mark(&mut self, event: &Value) {
        let detail = event.get("detail").unwrap_or(event);
        let text = |key| detail.get(key).and_then(Value::as_str);
        let ended = serde_json::to_value(EventKind::Disconnected).unwrap_or_default();
        if detail.get("eventType") != Some(&ended) {
            return;
        }
        let call = text("contactId").and_then(|id| self.stack.connect.call(id));
        let place = call.and_then(|call| self.places.get(&call.request_id?).copied());
        let marking = place.and_then(|place| Some((place, self.asked.get(place)?.marking?)));
        if let Some((place, marking)) = marking {
            self.marks.push(Reverse((self.clock.now() + marking.after, place)));
        }
    }

    async fn mark(&mut self) -> Result<(), Error> {
        let Some(Reverse((_, place))) = self.marks.pop() else { return Ok(()) };
        let marking = self.asked.get(place).and_then(|asked| asked.marking);
        let (Some(id), Some(marking)) = (self.ids.get(place), marking) else { return Ok(()) };
        if asking::mark(&self.stack, *id, marking.mark).await? == asking::Marked::NotProvided {
            let warning = "marks are not taken: the review API has no such resource";
            if self.warnings.iter().all(|known| known != warning) {
                self.warnings.push(warning.to_owned());
            }
        }
        Ok(())
    }

    /// Reads what every request came to from its record and from the calls placed.
    async fn end(self) -> Result<Played, Error> {
        let parked = self.stack.with_pump(|pump| pump.parked().len());
        if parked > 0 {
            return Err(format!("{parked} stream records were given up on").into());
        }
        let calls = self.stack.connect.calls();
        let mut dials = HashMap::new();
        for call in &calls {
            let ended = call.ended_at.ok_or("a call never ended")?;
            let dial = Dial {
                at: call.started_at.duration_since(self.begins),
                ended: ended.duration_since(self.begins),
            };
            if let Some(id) = &call.request_id
                && dials.insert(id.clone(), dial).is_some()
            {
                return Err("a request was dialed twice".into());
            }
        }
        let mut fates = vec![];
        for id in &self.ids {
            let stored = requests::get(&self.stack.tables, *id, self.clock.now()).await?;
            let record = stored.ok_or("a request is not on record")?.record;
            let dial = dials.get(&id.to_string()).copied();
            let state = record.state.name();
            fates.push(Fate {
                came_to: came_to(state, dial)?,
                state: state.as_str(),
                dial,
                findings: record.findings,
            });
        }
        Ok(Played { fates, calls, warnings: self.warnings })
    }
}

fn came_to(state: StateName, dial: Option<Dial>) -> Result<CameTo, Error> {
    match (state, dial) {
        (StateName::Closed, Some(_)) => Ok(CameTo::Dialed),
        (StateName::Redirected, None) => Ok(CameTo::Redirected),
        (StateName::Duplicate, None) => Ok(CameTo::Duplicate),
        (StateName::Refused | StateName::Expired | StateName::Failed, None) => Ok(CameTo::Refused),
        (state, dial) => {
            let call = if dial.is_some() { "with" } else { "without" };
            Err(format!("a request ended {} {call} a call", state.as_str()).into())
        }
    }
}

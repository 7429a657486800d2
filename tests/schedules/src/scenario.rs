//! What happens in a schedule, drawn from its seed: who asks for what, how calls go, what the operator does, how time
//! passes and what goes wrong.

use local::connect::CallPlan;

use crate::chance::{below, happens, one_of};
use crate::faults::Weather;
use crate::policies::Rules;

/// The numbers that are asked for: both in one range.
pub(crate) const NUMBERS: [&str; 2] = ["+12065550100", "+12065550101"];
/// Their range.
pub(crate) const RANGE: &str = "+1206555";

/// What happens in a schedule.
#[derive(Debug, Clone)]
pub(crate) struct Scenario {
    pub(crate) rules: Rules,
    pub(crate) weather: Weather,
    pub(crate) calls: CallPlan,
    pub(crate) visitors: Vec<Visitor>,
    pub(crate) operator: Vec<Deed>,
    /// What agents hand on.
    pub(crate) transfers: Vec<Transfer>,
    /// Whether no call reaches a phone.
    pub(crate) lines_broken: bool,
    /// How time passes: so many seconds at a time.
    pub(crate) ticks: Vec<u32>,
    /// Whether upkeep runs while things go wrong.
    pub(crate) upkeep: bool,
    /// How often settings are read anew, in seconds.
    pub(crate) settings_kept_seconds: u32,
}

/// Somebody who asks for calls.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub(crate) account: u32,
    pub(crate) number: &'static str,
    /// How many ticks he waits before he asks.
    pub(crate) waits: u32,
    /// Under which `Idempotency-Key`, if any.
    pub(crate) key: Option<u32>,
    /// How often he sends the same request, whatever is answered.
    pub(crate) sends: u32,
    /// After how many ticks more he withdraws, if he does.
    pub(crate) withdraws: Option<u32>,
}

/// A call that an agent hands on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Transfer {
    /// After how many ticks.
    pub(crate) waits: u32,
    /// How long the customer talks on, in seconds.
    pub(crate) talk_seconds: u32,
}

/// Something that an operator does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    DenyNumber,
    KillSwitch,
    Resume,
    SavePolicy,
    /// Marks a request that has ended with this.
    Mark(&'static str),
    /// Forgives the calls to a number.
    Forgive,
}

/// What a schedule is to be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Theme {
    /// Everything.
    Anything,
    /// Calls that last longer than upkeep leaves a claim alone, while more and more is asked.
    LongCalls,
    /// The end of a call, which may be heard before the dialer has noted whose call it is; upkeep does not help.
    EndOfCall,
    /// Calls that agents hand on, once or several times, while the number is asked for again.
    Transfers,
}

impl Theme {
    /// The theme of the schedules with this seed, where themes take turns.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        match seed / 2 % 10 {
            0 => Self::LongCalls,
            1 => Self::EndOfCall,
            2 => Self::Transfers,
            _ => Self::Anything,
        }
    }
}

impl Scenario {
    pub(crate) fn drawn(theme: Theme) -> Self {
        match theme {
            Theme::Anything => Self::anything(),
            Theme::LongCalls => Self::long_calls(),
            Theme::EndOfCall => Self::end_of_call(),
            Theme::Transfers => Self::transfers(),
        }
    }

    fn anything() -> Self {
        let rules = Rules::drawn();
        let visitors = 2 + below(3);
        // Only calls to several numbers are decided side by side, and so meet at the last place.
        let numbers = if rules == Rules::FewNewcomers { 2 } else { one_of(&[1, 1, 1, 2]) };
        let deeds = [
            Deed::DenyNumber,
            Deed::KillSwitch,
            Deed::Resume,
            Deed::SavePolicy,
            Deed::Mark("spam"),
            Deed::Mark("legitimate"),
            Deed::Mark("wrong-person"),
            Deed::Forgive,
        ];
        Self {
            rules,
            weather: Weather::drawn(),
            calls: plan(),
            visitors: (0..visitors).map(|_| Visitor::drawn(numbers)).collect(),
            operator: (0..one_of(&[0, 0, 1, 2, 3])).map(|_| one_of(&deeds)).collect(),
            ticks: (0..6 + below(6)).map(|_| one_of(&[1, 2, 10, 30, 60, 70])).collect(),
            upkeep: true,
            settings_kept_seconds: one_of(&[0, 5]),
            transfers: (0..one_of(&[0, 0, 0, 1, 2])).map(|_| Transfer::drawn()).collect(),
            lines_broken: happens(60),
        }
    }

    fn long_calls() -> Self {
        let visitor = |waits| Visitor { waits, sends: 1, withdraws: None, key: None, ..Visitor::drawn(1) };
        Self {
            rules: Rules::Usual,
            weather: Weather::slow(),
            calls: CallPlan { talk_seconds: 290 + below(120), ..CallPlan::default() },
            visitors: [0, 16, 20, 24].map(|tick| visitor(tick + below(8))).to_vec(),
            operator: vec![],
            transfers: vec![],
            lines_broken: false,
            ticks: (0..36).map(|_| one_of(&[5, 10, 20, 30])).collect(),
            upkeep: true,
            settings_kept_seconds: 5,
        }
    }

    fn end_of_call() -> Self {
        Self {
            rules: Rules::Usual,
            weather: Weather::of_events(),
            calls: one_of(&[
                CallPlan::busy(),
                CallPlan { ring_seconds: 1, talk_seconds: 1, ..CallPlan::default() },
            ]),
            visitors: vec![Visitor { waits: 0, sends: 1, withdraws: None, ..Visitor::drawn(2) }],
            operator: vec![],
            transfers: vec![],
            lines_broken: false,
            ticks: vec![2; 12],
            upkeep: false,
            settings_kept_seconds: 5,
        }
    }

    fn transfers() -> Self {
        let visitor = |waits| Visitor { waits, sends: 1, withdraws: None, key: None, ..Visitor::drawn(1) };
        Self {
            rules: Rules::Usual,
            weather: Weather::drawn(),
            calls: CallPlan { talk_seconds: 60 + below(120), ..CallPlan::default() },
            visitors: [0, 4, 8, 12].map(|tick| visitor(tick + below(6))).to_vec(),
            operator: vec![],
            ticks: (0..24).map(|_| one_of(&[1, 5, 10, 20, 40])).collect(),
            upkeep: true,
            settings_kept_seconds: 5,
            transfers: (0..1 + below(3)).map(|_| Transfer::drawn()).collect(),
            lines_broken: false,
        }
    }
}

impl Transfer {
    fn drawn() -> Self {
        Self { waits: 1 + below(6), talk_seconds: 1 + below(200) }
    }
}

impl Visitor {
    fn drawn(numbers: u32) -> Self {
        let key = happens(500).then(|| below(2));
        Self {
            account: below(4),
            number: NUMBERS[below(numbers) as usize],
            waits: below(5),
            key,
            sends: if key.is_some() { 1 + below(3) } else { 1 },
            withdraws: happens(250).then(|| below(6)),
        }
    }
}

fn plan() -> CallPlan {
    one_of(&[
        CallPlan::busy(),
        CallPlan::unanswered(),
        CallPlan::default(),
        CallPlan { talk_seconds: 90, ..CallPlan::default() },
        CallPlan { talk_seconds: 280, ..CallPlan::default() },
        CallPlan { agent: false, ..CallPlan::default() },
    ])
}

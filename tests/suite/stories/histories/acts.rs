//! What may happen in a history, and how one is drawn: what there is to choose from shrinks to less and earlier.

use local::connect::{CallPlan, StartFault};
use proptest::prelude::*;

/// Who asks and who is asked for: few, so that they meet.
pub(super) const VISITORS: usize = 4;
pub(super) const NUMBERS: usize = 3;

/// One thing that happens.
#[derive(Debug, Clone)]
pub(super) enum Act {
    /// A visitor asks for a number.
    Ask {
        visitor: usize,
        number: usize,
    },
    /// The visitor of this request withdraws it.
    Withdraw(usize),
    /// A function on the stream reads what is new, its clock so many seconds off.
    Screen {
        skew: i64,
    },
    Dial,
    /// Records that were read before come again, the last ones or all, the newest first or not.
    Again {
        screening: bool,
        last: usize,
        reversed: bool,
    },
    /// The stream gives up on all that a function has not read.
    Park {
        screening: bool,
    },
    /// Contact events that are due come, or some of them, in this way.
    Hear {
        how: Hearing,
        skew: i64,
    },
    /// Time passes, with nothing happening.
    Pass {
        seconds: i64,
    },
    /// Upkeep runs, its clock so many seconds off.
    Upkeep {
        skew: i64,
    },
    /// DynamoDB deletes what has expired.
    Sweep,
    /// An operator puts a number on the deny list, or takes it off.
    Deny {
        number: usize,
        on: bool,
    },
    /// An operator trusts an account, or no longer.
    Trust {
        visitor: usize,
        on: bool,
    },
    /// An operator turns the kill switch.
    KillSwitch(bool),
    /// An operator changes the policy.
    Policy {
        deadline_seconds: u32,
        limited: bool,
    },
    /// An operator says what a request was.
    Mark {
        request: usize,
        spam: bool,
    },
    /// A number behaves so from now on.
    Behave {
        number: usize,
        plan: CallPlan,
    },
    /// Connect answers the next order so.
    Fail(StartFault),
}

/// How contact events come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hearing {
    InOrder,
    Reversed,
    Twice,
    /// The first of them never comes.
    LessOne,
    /// None ever comes.
    Lost,
    /// All that ever came come once more.
    AllAgain,
}

fn skew() -> impl Strategy<Value = i64> {
    prop_oneof![Just(0_i64), -5..=5_i64]
}

fn fault() -> impl Strategy<Value = StartFault> {
    prop::sample::select(vec![
        StartFault::Throttle,
        StartFault::LimitExceeded,
        StartFault::DestinationNotAllowed,
        StartFault::InternalError,
        StartFault::InternalErrorAfterPlacing,
        StartFault::Hang,
        StartFault::HangAfterPlacing,
    ])
}

fn plan() -> impl Strategy<Value = CallPlan> {
    let talks = |talk_seconds| CallPlan { talk_seconds, ..CallPlan::default() };
    prop::sample::select(vec![talks(20), talks(250), CallPlan::unanswered(), CallPlan::busy()])
}

fn hearing() -> impl Strategy<Value = Hearing> {
    use Hearing::{AllAgain, InOrder, LessOne, Lost, Reversed, Twice};
    prop_oneof![4 => Just(InOrder), 1 => prop::sample::select(vec![Reversed, Twice, LessOne, Lost, AllAgain])]
}

fn operator() -> impl Strategy<Value = Act> {
    prop_oneof![
        2 => (0..NUMBERS, any::<bool>()).prop_map(|(number, on)| Act::Deny { number, on }),
        1 => (0..VISITORS, any::<bool>()).prop_map(|(visitor, on)| Act::Trust { visitor, on }),
        2 => prop::bool::weighted(0.3).prop_map(Act::KillSwitch),
        2 => (prop::sample::select(vec![900_u32, 300, 3_600]), any::<bool>())
            .prop_map(|(deadline_seconds, limited)| Act::Policy { deadline_seconds, limited }),
        1 => (0..20_usize, any::<bool>()).prop_map(|(request, spam)| Act::Mark { request, spam }),
    ]
}

/// One act.
pub(super) fn act() -> impl Strategy<Value = Act> {
    let seconds = || prop::sample::select(vec![1_i64, 5, 20, 61, 61, 125, 400, 901, 4_000, 86_400]);
    prop_oneof![
        16 => (0..VISITORS, 0..NUMBERS).prop_map(|(visitor, number)| Act::Ask { visitor, number }),
        3 => (0..20_usize).prop_map(Act::Withdraw),
        16 => skew().prop_map(|skew| Act::Screen { skew }),
        16 => Just(Act::Dial),
        4 => (any::<bool>(), 1..30_usize, any::<bool>())
            .prop_map(|(screening, last, reversed)| Act::Again { screening, last, reversed }),
        2 => any::<bool>().prop_map(|screening| Act::Park { screening }),
        12 => (hearing(), skew()).prop_map(|(how, skew)| Act::Hear { how, skew }),
        14 => seconds().prop_map(|seconds| Act::Pass { seconds }),
        10 => skew().prop_map(|skew| Act::Upkeep { skew }),
        1 => Just(Act::Sweep),
        6 => operator(),
        3 => (0..NUMBERS, plan()).prop_map(|(number, plan)| Act::Behave { number, plan }),
        3 => fault().prop_map(Act::Fail),
    ]
}

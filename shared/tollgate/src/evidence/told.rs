//! For tests: calls as a story tells them, such as `good().by("203.0.113.9").to("+12065550100").hours_ago(3)`. A call of a story
//! is dialed and over at one moment, so that it has one age.

use jiff::{SignedDuration, Timestamp};

use super::{Admission, CALLS_SEEN_MAX, Call, DAY, End, Evidence, Marked, Talk};
use crate::network::Address;
use crate::number::PhoneNumber;
use crate::record::MarkKind;
use crate::request::{CallbackRequest, RequestId};
use crate::text::{AccountId, CarrierName};

/// When stories are told: at the start of a UTC day.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(20_000 * 86_400).unwrap()
}

/// A call that lives, which a stranger has just asked for, to a number and from a network that are not those of any story.
pub(crate) fn call() -> Call {
    Call {
        request: RequestId::from_random([9; 16]),
        line: Address::parse("192.0.2.250").unwrap().line(),
        account: None,
        number: number("+13035550199"),
        carrier: None,
        dialed_at: now(),
        admission: Admission::Stranger,
        own: false,
        end: None,
        mark: None,
        forgiven: false,
    }
}

/// A call that went well.
pub(crate) fn good() -> Call {
    call().talked(60)
}

/// A call that nobody answered.
pub(crate) fn wasted() -> Call {
    Call { end: Some(End { at: now(), talk: Talk::Never }), ..call() }
}

/// A call in which an agent hung up at once.
pub(crate) fn short() -> Call {
    call().talked(3)
}

/// A call in which a recording talked on and on, and which was marked.
pub(crate) fn pumped() -> Call {
    good().spam()
}

pub(crate) fn number(e164: &str) -> PhoneNumber {
    PhoneNumber::from_e164(e164).unwrap()
}

/// A line of a network that nobody else is in.
pub(crate) fn line(n: u8) -> String {
    format!("198.{n}.0.1")
}

impl Call {
    pub(crate) fn by(self, address: &str) -> Self {
        Self { line: Address::parse(address).unwrap().line(), ..self }
    }

    pub(crate) fn account(self, id: &str) -> Self {
        Self { account: AccountId::parse(id).ok(), ..self }
    }

    pub(crate) fn to(self, e164: &str) -> Self {
        Self { number: number(e164), ..self }
    }

    pub(crate) fn over(self, carrier: &str) -> Self {
        Self { carrier: CarrierName::parse(carrier).ok(), ..self }
    }

    /// The account called its own, verified number.
    pub(crate) fn by_its_owner(self) -> Self {
        Self { own: true, ..self }
    }

    pub(crate) fn admitted(self, admission: Admission) -> Self {
        Self { admission, ..self }
    }

    /// An agent talked for so long.
    pub(crate) fn talked(self, seconds: u64) -> Self {
        Self { end: Some(End { at: self.dialed_at, talk: Talk::Lasted { seconds } }), ..self }
    }

    pub(crate) fn spam(self) -> Self {
        self.marked(MarkKind::Spam)
    }

    /// Marked at this moment, however long ago the call was.
    pub(crate) fn spam_now(self) -> Self {
        Self { mark: Some(Marked { kind: MarkKind::Spam, at: now() }), ..self }
    }

    pub(crate) fn wrong_person(self) -> Self {
        self.marked(MarkKind::WrongPerson)
    }

    pub(crate) fn legitimate(self) -> Self {
        self.marked(MarkKind::Legitimate)
    }

    fn marked(self, kind: MarkKind) -> Self {
        Self { mark: Some(Marked { kind, at: self.dialed_at }), ..self }
    }

    pub(crate) fn forgiven(self) -> Self {
        Self { forgiven: true, ..self }
    }

    pub(crate) fn seconds_ago(self, seconds: i64) -> Self {
        let dialed_at = now() - SignedDuration::from_secs(seconds);
        let end = self.end.map(|end| End { at: dialed_at, ..end });
        let mark = self.mark.map(|mark| Marked { at: dialed_at, ..mark });
        Self { dialed_at, end, mark, ..self }
    }

    pub(crate) fn mins_ago(self, minutes: i64) -> Self {
        self.seconds_ago(60 * minutes)
    }

    pub(crate) fn hours_ago(self, hours: i64) -> Self {
        self.mins_ago(60 * hours)
    }

    pub(crate) fn days_ago(self, days: i64) -> Self {
        self.hours_ago(24 * days)
    }
}

impl Evidence {
    /// What the tables would hold of these calls for a request.
    pub(crate) fn gathered(request: &CallbackRequest, calls: &[Call], now: Timestamp) -> Self {
        let (caller, range) = (&request.caller, request.number.range());
        let address = caller.address;
        let account = caller.account.as_ref().map(|account| &account.id);
        let newest = |had_part: &dyn Fn(&Call) -> bool| {
            let mut calls: Vec<_> = calls.iter().filter(|call| had_part(call)).cloned().collect();
            calls.sort_by_key(|call| std::cmp::Reverse(call.dialed_at));
            calls.truncate(CALLS_SEEN_MAX);
            calls
        };
        Self {
            line: newest(&|call| call.line == address.line()),
            account: newest(&|call| account.is_some() && call.account.as_ref() == account),
            network: newest(&|call| is_in(call, address.block())),
            site: newest(&|call| address.site().is_some_and(|site| is_in(call, site))),
            neighborhood: newest(&|call| is_in(call, address.neighborhood())),
            number: newest(&|call| call.number == request.number),
            range: newest(&|call| call.number.range() == range),
            range_settled: newest(&|call| {
                call.number.range() == range && now.duration_since(call.dialed_at) >= DAY
            }),
        }
    }
}

fn is_in(call: &Call, network: crate::network::Network) -> bool {
    call.line.is_ipv4() == network.is_ipv4() && call.line.widened(network.prefix_length()) == network
}

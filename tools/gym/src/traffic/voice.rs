//! How people of a crowd ask, once it is known who: everything that is drawn for a request by itself.

use jiff::SignedDuration;
use local::connect::CallPlan;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use tollgate::number::PhoneNumber;

use super::crowd::{Crowd, Turn};
use super::{Account, Asked, Mark, Marking, RING_SECONDS, happens, spelling};
use crate::scenario::{CallKey, Marks, Share, Spelling};

/// What is to be drawn from: another for those who ask for a wrong number.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    pub(super) call: CallKey,
    pub(super) marks: Marks,
    pub(super) own_number: Share,
}

/// The streams of one click.
pub(super) struct Voice<'a> {
    crowd: &'a Crowd<'a>,
    signed_in: ChaCha8Rng,
    own_number: ChaCha8Rng,
    anonymous: ChaCha8Rng,
    token: ChaCha8Rng,
    spelling: ChaCha8Rng,
    calls: ChaCha8Rng,
    marks: ChaCha8Rng,
}

impl<'a> Voice<'a> {
    pub(super) fn of(crowd: &'a Crowd<'a>, click: &str) -> Self {
        let about = |concern: &str| crowd.streams.about(&format!("{concern}, {click}"));
        Self {
            crowd,
            signed_in: about("signed in"),
            own_number: about("own number"),
            anonymous: about("anonymous network"),
            token: about("token"),
            spelling: about("spelling"),
            calls: about("calls"),
            marks: about("marks"),
        }
    }

    #[expect(clippy::indexing_slicing, reason = "a turn is drawn within its pools")]
    pub(super) fn asks(&mut self, at: SignedDuration, turn: Turn, manner: Manner) -> Asked {
        let Crowd { traffic, numbers, addresses, accounts_of, place, .. } = self.crowd;
        let call = self.call(manner.call);
        let number = numbers[turn.number].clone();
        let signed_in = happens(&mut self.signed_in, traffic.signed_in);
        let owns_number = happens(&mut self.own_number, manner.own_number);
        let account =
            signed_in.then(|| Account { id: format!("{accounts_of}-{}", turn.account), owns_number });
        Asked {
            at,
            traffic: *place,
            spelled: self.spells(&number),
            number,
            address: addresses[turn.address],
            account,
            anonymous: happens(&mut self.anonymous, traffic.anonymous_network),
            token: happens(&mut self.token, traffic.token),
            is_repeat: false,
            marking: self.marking(call, manner.marks),
            call,
        }
    }

    pub(super) fn asks_again(&mut self, asked: &Asked, at: SignedDuration, manner: Manner) -> Asked {
        let call = self.call(manner.call);
        Asked {
            at,
            spelled: self.spells(&asked.number),
            is_repeat: true,
            marking: self.marking(call, manner.marks),
            call,
            ..asked.clone()
        }
    }

    fn spells(&mut self, number: &PhoneNumber) -> String {
        match self.crowd.traffic.spelling {
            Spelling::E164 => number.e164().to_owned(),
            Spelling::Varied => spelling::varied(number, self.crowd.country, &mut self.spelling),
        }
    }

    fn call(&mut self, call: CallKey) -> CallPlan {
        CallPlan {
            ring_seconds: RING_SECONDS,
            answered: happens(&mut self.calls, call.answered),
            agent: happens(&mut self.calls, call.agent),
            talk_seconds: self.calls.random_range(call.seconds.from..=call.seconds.to),
        }
    }
    /// Draws as much whatever the call comes to.
    fn marking(&mut self, call: CallPlan, marks: Marks) -> Option<Marking> {
        let drawn = self.marks.random::<f64>();
        let mark = match drawn - marks.spam.get() {
            below if below < 0.0 => Mark::Spam,
            above if above < marks.wrong_person.get() => Mark::WrongPerson,
            _ => return None,
        };
        let after = SignedDuration::from_mins(i64::from(marks.after_minutes));
        (call.answered && call.agent).then_some(Marking { mark, after })
    }
}

//! What the requester sees. Nothing here has a place for a reason, so none can slip out.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::request::RequestId;
use crate::state::StateName;

/// A way to reach the contact center that can be offered instead of a callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// A call from the contact center; what Tollgate guards.
    Callback,
    /// A chat on the website.
    Chat,
    /// A number that the visitor calls.
    CallIn,
}

/// The answer to a request, and to every later look at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reply {
    /// The request's id; none if it was redirected at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<RequestId>,
    /// What the requester may know.
    pub status: Status,
    /// Where to go instead; only when redirected.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<Channel>,
}

/// What the requester may know of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Taken. Says nothing of what becomes of it.
    Accepted,
    /// Long enough ago that nothing more will happen.
    Ended,
    /// Another channel is offered instead.
    Redirected,
    /// Withdrawn by the requester.
    Cancelled,
}

/// How intake answered a request. Kept, so that the same request made again is answered alike, whatever has become of it
/// since: one that screening redirected was answered `accepted`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answered {
    /// It was taken.
    Accepted,
    /// Another channel was offered at once.
    Redirected,
}

impl Status {
    /// The status that a look shows: a function of the request's age alone, but for the two that the requester is to
    /// know. Whether the request was dialed, refused or a duplicate does not enter.
    #[must_use]
    pub fn shown(
        state: StateName,
        received_at: Timestamp,
        cancelled_at: Option<Timestamp>,
        ended_after: SignedDuration,
        now: Timestamp,
    ) -> Self {
        if cancelled_at.is_some() {
            Self::Cancelled
        } else if state == StateName::Redirected {
            Self::Redirected
        } else if now.duration_since(received_at) < ended_after {
            Self::Accepted
        } else {
            Self::Ended
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{Attempt, Dialing, Ending, Failure, State};

    #[test]
    fn states_that_must_look_alike_look_alike_at_every_age() {
        let received_at = Timestamp::from_second(1_000).unwrap();
        let states = [
            State::Received,
            State::Approved,
            State::Duplicate { owner: RequestId::from_random([1; 16]) },
            State::Dialing(Dialing {
                dialed_at: received_at,
                claimed_until: received_at,
                attempt: Attempt::Placing,
            }),
            State::Ended(Ending::Refused),
            State::Ended(Ending::Expired),
            State::Ended(Ending::Closed { contact_id: None, end: None }),
            State::Ended(Ending::Failed { failure: Failure::DestinationNotAllowed }),
        ];
        for age in [0, 1, 899, 900, 100_000] {
            let now = received_at + SignedDuration::from_secs(age);
            let shown = |state: &State| {
                Status::shown(state.name(), received_at, None, SignedDuration::from_secs(900), now)
            };
            let expected = if age < 900 { Status::Accepted } else { Status::Ended };
            assert!(states.iter().all(|state| shown(state) == expected), "at {age} s");
        }
    }

    #[test]
    fn a_reply_serialises_without_what_it_does_not_say() {
        let id = RequestId::from_random([0xab; 16]);
        let reply = Reply { id: Some(id), status: Status::Accepted, channels: vec![] };
        assert_eq!(
            serde_json::to_string(&reply).unwrap(),
            r#"{"id":"abababababababababababababababab","status":"accepted"}"#
        );
        let reply =
            Reply { id: None, status: Status::Redirected, channels: vec![Channel::Chat, Channel::CallIn] };
        assert_eq!(
            serde_json::to_string(&reply).unwrap(),
            r#"{"status":"redirected","channels":["chat","call-in"]}"#
        );
    }
}

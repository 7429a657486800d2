//! What the requester sees. Nothing here has a place for a reason, so none can slip out.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::request::RequestId;

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

/// The answer to a request, and to every later look at it. It names the other channels to everybody: whoever is not called by
/// then knows where to go, and no answer needs to change for that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reply {
    /// The request's id; none if it was redirected at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<RequestId>,
    /// What the requester may know.
    pub status: Status,
    /// The channels beside the callback.
    pub channels: Vec<Channel>,
    /// After this moment nobody will call; none if it was redirected at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_by: Option<Timestamp>,
}

/// What the requester may know of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Taken. Says nothing of what becomes of it.
    Accepted,
    /// Long enough ago that nobody will call any more.
    Ended,
    /// Told at once that other channels are offered instead.
    Redirected,
    /// Withdrawn by the requester.
    Cancelled,
}

/// How intake answered a request. Kept, so that the same request made again is answered alike, whatever has become of it
/// since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answered {
    /// It was taken.
    Accepted,
    /// Another channel was offered at once.
    Redirected,
}

impl Status {
    /// The status that a look shows: a function of the request's age and of its requester's own withdrawal. What became of
    /// the request does not enter.
    #[must_use]
    pub fn shown(call_by: Timestamp, cancelled_at: Option<Timestamp>, now: Timestamp) -> Self {
        if cancelled_at.is_some() {
            Self::Cancelled
        } else if now < call_by {
            Self::Accepted
        } else {
            Self::Ended
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_shows_the_age_and_the_requesters_own_withdrawal() {
        let call_by = Timestamp::from_second(1_315).unwrap();
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(Status::shown(call_by, None, at(1_314)), Status::Accepted);
        assert_eq!(Status::shown(call_by, None, call_by), Status::Ended);
        for now in [1_001, 9_999] {
            assert_eq!(Status::shown(call_by, Some(at(1_001)), at(now)), Status::Cancelled);
        }
    }

    #[test]
    fn a_reply_serialises_without_what_it_does_not_say() {
        let id = RequestId::from_random([0xab; 16]);
        let channels = vec![Channel::Chat, Channel::CallIn];
        let call_by = Timestamp::from_second(1_772_409_600).ok();
        let reply = Reply { id: Some(id), status: Status::Accepted, channels: channels.clone(), call_by };
        assert_eq!(
            serde_json::to_string(&reply).unwrap(),
            r#"{"id":"abababababababababababababababab","status":"accepted","channels":["chat","call-in"],"callBy":"2026-03-02T00:00:00Z"}"#
        );
        let reply = Reply { id: None, status: Status::Redirected, channels, call_by: None };
        assert_eq!(
            serde_json::to_string(&reply).unwrap(),
            r#"{"status":"redirected","channels":["chat","call-in"]}"#
        );
    }
}

//! Why Connect says that it disconnected a contact, as far as it matters here.

/// Why a contact was disconnected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisconnectReason {
    /// The call failed on its way to the phone: the number is not to blame, nor is who asked for it.
    TelecomProblem,
    /// Anything else: somebody hung up, nobody answered, the line was busy, no such number.
    Other,
}

/// Values of `DisconnectReason` (Amazon Connect, *Contact records data model*) by which the callee's side has not had its
/// say: the network failed, somebody's network blocks our number, our side gave up before the phone rang, or our instance
/// may not or cannot dial. `TELECOM_BUSY`, `TELECOM_NUMBER_INVALID`, `TELECOM_UNANSWERED` and `TELECOM_TIMEOUT` are none:
/// who asks for such numbers again and again is to be found out.
const TELECOM_PROBLEMS: [&str; 6] = [
    "TELECOM_PROBLEM",
    "TELECOM_POTENTIAL_BLOCKING",
    "TELECOM_ORIGINATOR_CANCEL",
    "OUTBOUND_DESTINATION_ENDPOINT_ERROR",
    "OUTBOUND_RESOURCE_ERROR",
    "OUTBOUND_ATTEMPT_FAILED",
];

impl DisconnectReason {
    /// Reads a reason as Connect writes it. None if it gives none: it is empty, or the word `null`.
    #[must_use]
    pub fn read(reason: &str) -> Option<Self> {
        let reason = reason.trim();
        if reason.is_empty() || reason.eq_ignore_ascii_case("null") {
            return None;
        }
        let is_telecom = TELECOM_PROBLEMS.iter().any(|problem| problem.eq_ignore_ascii_case(reason));
        Some(if is_telecom { Self::TelecomProblem } else { Self::Other })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_known_however_it_is_spelled_and_an_absent_one_is_none() {
        for (reason, expected) in [
            ("TELECOM_PROBLEM", Some(DisconnectReason::TelecomProblem)),
            ("telecom_potential_blocking", Some(DisconnectReason::TelecomProblem)),
            ("OUTBOUND_RESOURCE_ERROR", Some(DisconnectReason::TelecomProblem)),
            ("TELECOM_UNANSWERED", Some(DisconnectReason::Other)),
            ("TELECOM_NUMBER_INVALID", Some(DisconnectReason::Other)),
            ("TELECOM_BUSY", Some(DisconnectReason::Other)),
            ("SOMETHING_NEW", Some(DisconnectReason::Other)),
            ("null", None),
            (" ", None),
        ] {
            assert_eq!(DisconnectReason::read(reason), expected, "{reason}");
        }
    }
}

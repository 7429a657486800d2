//! Who asks: callbacks are for signed-in users unless the policy lets guests in.

use crate::policy::{Guests, Policy};
use crate::request::Caller;
use crate::verdict::{Code, Finding};

pub(super) fn findings(caller: &Caller, policy: &Policy) -> Vec<Finding> {
    match (&caller.account, policy.guests) {
        (None, Guests::Redirect) => vec![Finding::new(Code::Guest)],
        (None, Guests::Allow) | (Some(_), _) => vec![],
    }
}

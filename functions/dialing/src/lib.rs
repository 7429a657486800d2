//! dialing

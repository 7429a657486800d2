//! contact-events

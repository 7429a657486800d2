//! The tables: names, keys, indexes, streams and expiry, as plain data.
//!
//! The local engine makes its tables from this, and the template declares the same ones.

/// One table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableDefinition {
    /// The logical name, as in the template; the physical one has a prefix.
    pub name: &'static str,
    /// The partition key.
    pub key: KeyAttribute,
    /// The sort key, if items of one partition key are many.
    pub sort: Option<KeyAttribute>,
    /// The global secondary indexes.
    pub indexes: &'static [IndexDefinition],
    /// Whether every change is put on a stream, with the item before and after it.
    pub stream: bool,
    /// Whether items expire at the time in their attribute [`EXPIRES_AT`].
    pub expires_at: bool,
}

/// One global secondary index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexDefinition {
    /// The index's name.
    pub name: &'static str,
    /// The partition key. An item without it is not in the index.
    pub key: KeyAttribute,
    /// The sort key, if the index has one.
    pub sort: Option<KeyAttribute>,
    /// What the index holds of an item.
    pub projection: Projection,
}

/// An attribute that is a key of a table or an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyAttribute {
    /// The attribute's name.
    pub name: &'static str,
    /// The attribute's type.
    pub kind: KeyKind,
}

/// The type of a key attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// Text (`S`).
    String,
    /// A number (`N`).
    Number,
}

/// What an index holds of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Projection {
    /// The keys of the table and of the index.
    KeysOnly,
    /// The whole item.
    All,
}

impl KeyAttribute {
    const fn string(name: &'static str) -> Self {
        Self { name, kind: KeyKind::String }
    }

    const fn number(name: &'static str) -> Self {
        Self { name, kind: KeyKind::Number }
    }
}

impl KeyKind {
    /// The type's name in DynamoDB's interface.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::String => "S",
            Self::Number => "N",
        }
    }
}

impl Projection {
    /// The projection's name in DynamoDB's interface.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KeysOnly => "KEYS_ONLY",
            Self::All => "ALL",
        }
    }
}

/// The attribute that holds the second an item expires. DynamoDB deletes it days late, so readers judge it too.
pub const EXPIRES_AT: &str = "expires_at";

/// What a stream record shows of an item.
pub const STREAM_VIEW: &str = "NEW_AND_OLD_IMAGES";

/// Every table of the suite.
pub const TABLES: &[TableDefinition] = &[
    REQUESTS, PENDING, DENY_LIST, COUNTERS, CALLS, CONTACTS, NUMBERS, SETTINGS, CHANGES, ERASURES, SESSIONS,
];

/// The requests: each with its facts, verdict, findings, contact and outcome. Its stream drives the suite.
pub const REQUESTS: TableDefinition = TableDefinition {
    name: "Requests",
    key: KeyAttribute::string("request_id"),
    sort: None,
    indexes: &[
        by_time("by-number", "number", "received_at"),
        by_time("by-address", "address", "received_at"),
        by_time("by-outcome", "outcome", "received_at"),
        // Sparse: only a request that is still open has the attribute.
        by_time("open", "open", "wake_at"),
    ],
    stream: true,
    expires_at: true,
};

/// The claims: which request a number's one outstanding callback belongs to. A claim never expires.
pub const PENDING: TableDefinition = plain("Pending", KeyAttribute::string("number"), None, false);

/// The deny list and the trust list: what is listed, why, by whom and until when.
pub const DENY_LIST: TableDefinition = plain("DenyList", KeyAttribute::string("entry"), None, true);

/// The counters: request ids, approvals and budgets, by subject and window.
pub const COUNTERS: TableDefinition =
    plain("Counters", KeyAttribute::string("subject"), Some(KeyAttribute::string("window")), true);

/// The calls: who had part in each, and what it came to. One index for each way to have part in it.
pub const CALLS: TableDefinition = TableDefinition {
    name: "Calls",
    key: KeyAttribute::string("request_id"),
    sort: None,
    indexes: &[
        whole_by_time("by-line", "line", "dialed_at"),
        whole_by_time("by-account", "account", "dialed_at"),
        whole_by_time("by-network", "network", "dialed_at"),
        whole_by_time("by-site", "site", "dialed_at"),
        whole_by_time("by-neighborhood", "neighborhood", "dialed_at"),
        whole_by_time("by-number", "number", "dialed_at"),
        whole_by_time("by-range", "range", "dialed_at"),
        whole_by_time("by-carrier", "carrier_key", "dialed_at"),
    ],
    stream: false,
    expires_at: true,
};

/// The rendezvous of a dial and the end of its call: whoever comes second closes the request.
pub const CONTACTS: TableDefinition = plain("Contacts", KeyAttribute::string("contact_id"), None, true);

/// What the carrier lookup said of a number.
pub const NUMBERS: TableDefinition = plain("Numbers", KeyAttribute::string("number"), None, true);

/// The policy, each version of it, and the kill switches.
pub const SETTINGS: TableDefinition =
    plain("Settings", KeyAttribute::string("name"), Some(KeyAttribute::number("version")), false);

/// Who changed what and when, by day.
pub const CHANGES: TableDefinition =
    plain("Changes", KeyAttribute::string("day"), Some(KeyAttribute::string("change")), true);

/// The requests that are to be erased once nothing works on them any more. A row goes with its request, never by itself.
pub const ERASURES: TableDefinition = plain("Erasures", KeyAttribute::string("request_id"), None, false);

/// The sessions of operators at the console, by a hash of what their browsers hold.
pub const SESSIONS: TableDefinition = plain("Sessions", KeyAttribute::string("session"), None, true);

const fn plain(
    name: &'static str,
    key: KeyAttribute,
    sort: Option<KeyAttribute>,
    expires_at: bool,
) -> TableDefinition {
    TableDefinition { name, key, sort, indexes: &[], stream: false, expires_at }
}

const fn by_time(name: &'static str, key: &'static str, time: &'static str) -> IndexDefinition {
    IndexDefinition {
        name,
        key: KeyAttribute::string(key),
        sort: Some(KeyAttribute::number(time)),
        projection: Projection::KeysOnly,
    }
}

const fn whole_by_time(name: &'static str, key: &'static str, time: &'static str) -> IndexDefinition {
    IndexDefinition { projection: Projection::All, ..by_time(name, key, time) }
}

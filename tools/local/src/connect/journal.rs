//! Placed calls on disk, one JSON line each, so that a restarted stand-in still knows the calls it placed.
//!
//! A line is written before the order is answered. It outlives the process, however that ends; it need not outlive
//! the machine, so nothing is synced.

use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::contact::Contact;

/// A line of the journal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum Entry {
    /// A call was placed.
    Placed(Box<Contact>),
    /// A call was stopped by StopContact.
    Stopped { contact_id: String, at: Timestamp },
    /// A call was handed on to another contact.
    Transferred { contact_id: String, at: Timestamp, to: Box<Contact> },
}

/// The open file.
#[derive(Debug)]
pub(super) struct Journal(File);

impl Journal {
    /// Opens the journal and reads what is in it. A torn last line was never answered for: it is cut off.
    pub(super) fn open(path: &Path) -> Result<(Self, Vec<Entry>)> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let torn = bytes.split_off(whole);
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let entries = lines.enumerate().map(|(index, line)| {
            let complain = |error| format!("{}, line {}: {error}", path.display(), index + 1);
            serde_json::from_slice(line).map_err(|error| Error::new(ErrorKind::InvalidData, complain(error)))
        });
        let entries = entries.collect::<Result<_>>()?;
        // Nothing is cut off a file that is not ours.
        if torn.first().is_some_and(|byte| *byte != b'{') {
            let complaint = format!("{}: its last line is not one of a journal of calls", path.display());
            return Err(Error::new(ErrorKind::InvalidData, complaint));
        }
        file.set_len(whole as u64)?;
        Ok((Self(file), entries))
    }

    pub(super) fn append(&mut self, entry: &Entry) -> Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        self.0.write_all(&line)
    }
}

//! How far a function has come in the stream, kept beside the data file, so that a restart goes on from there. A checkpoint
//! that is lost costs time, no more: every function takes a record twice without harm.

use std::path::{Path, PathBuf};

use super::{FROM_THE_BEGINNING, beside};
use crate::stream::Start;

/// How far one function has come.
#[derive(Debug)]
pub(super) struct Checkpoints {
    path: Option<PathBuf>,
    kept: Option<String>,
}

impl Checkpoints {
    /// Those of a function, if there is a data file.
    pub(super) fn of(data: Option<&Path>, function: &str) -> Self {
        let path = data.map(|data| beside(data, &format!("{function}.checkpoint")));
        let kept = path.as_ref().and_then(|path| std::fs::read_to_string(path).ok());
        let is_number = |text: &String| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        Self { path, kept: kept.filter(is_number) }
    }

    /// Where the function begins.
    pub(super) fn start(&self) -> Start {
        self.kept.clone().map_or(FROM_THE_BEGINNING, Start::After)
    }

    /// Keeps a checkpoint: written aside and moved into place, so that it is never half written.
    pub(super) fn keep(&mut self, checkpoint: Option<String>) {
        let (Some(path), Some(checkpoint)) = (&self.path, checkpoint) else { return };
        if self.kept.as_ref() == Some(&checkpoint) {
            return;
        }
        let aside = path.with_added_extension("new");
        let written = std::fs::write(&aside, &checkpoint).and_then(|()| std::fs::rename(&aside, path));
        match written {
            Ok(()) => self.kept = Some(checkpoint),
            Err(error) => eprintln!("checkpoint not kept: {error}"),
        }
    }
}

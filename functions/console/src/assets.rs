//! The files that pages load: named by what they hold, so that a browser keeps them for good.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

/// A file that pages load.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Asset {
    pub(crate) name: String,
    pub(crate) content_type: &'static str,
    pub(crate) text: &'static str,
}

static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    Asset::of("console", "css", "text/css; charset=utf-8", include_str!("../assets/console.css"))
});

impl Asset {
    fn of(name: &str, extension: &str, content_type: &'static str, text: &'static str) -> Self {
        let hash: String = Sha256::digest(text).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Self { name: format!("{name}-{hash}.{extension}"), content_type, text }
    }
}

/// The style sheet.
pub(crate) fn style() -> &'static Asset {
    &STYLE
}

/// The file of this name.
pub(crate) fn named(name: &str) -> Option<&'static Asset> {
    Some(style()).filter(|asset| asset.name == name)
}

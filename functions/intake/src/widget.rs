//! The files of `widget/`, the element with which websites ask for callbacks. Anybody may load them, and they are the same for
//! everybody.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use aws_smithy_types::base64;
use serde::Serialize;
use sha2::{Digest, Sha384};

/// The version of the files below, as `widget/package.json` has it.
pub(crate) const VERSION: &str = "1.0.0";

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(File { name: $name, text: include_str!(concat!("../../../widget/", $name)) }),*]
    };
}

/// What is served of it: the script, and its languages.
pub(crate) const FILES: &[File] = files![
    "tollgate-callback.js",
    "lang-ar.js",
    "lang-de.js",
    "lang-es.js",
    "lang-fr.js",
    "lang-it.js",
    "lang-ja.js",
    "lang-pt-BR.js",
    "lang-zh-CN.js",
];

/// What a browser wants of the widget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A script.
    Script { file: &'static File, keeping: Keeping },
    /// What is served, with its hashes.
    Versions,
}

/// A script.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
}

/// How long a browser may keep a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keeping {
    /// The address names one version, which never changes.
    ForEver,
    /// The address means the newest of a major version.
    AnHour,
}

/// Which versions are served, and by which hash a website can tell that a file is the one it wanted.
#[derive(Debug, Serialize)]
pub(crate) struct Versions {
    versions: BTreeMap<&'static str, BTreeMap<&'static str, String>>,
}

impl Keeping {
    /// As the `Cache-Control` header says it.
    pub(crate) fn cache_control(self) -> &'static str {
        match self {
            Self::ForEver => "public, max-age=31536000, immutable",
            Self::AnHour => "public, max-age=3600",
        }
    }
}

impl Wanted {
    /// The file at `/widget/{version}/{name}`, where `version` is all of the version or its first part.
    pub(crate) fn parse(version: &str, name: &str) -> Option<Self> {
        let keeping = match version {
            VERSION => Keeping::ForEver,
            major if VERSION.split('.').next() == Some(major) => Keeping::AnHour,
            _ => return None,
        };
        FILES.iter().find(|file| file.name == name).map(|file| Self::Script { file, keeping })
    }
}

/// What is served.
pub(crate) fn versions() -> &'static Versions {
    static VERSIONS: LazyLock<Versions> = LazyLock::new(|| {
        let hash = |file: &File| format!("sha384-{}", base64::encode(Sha384::digest(file.text)));
        let files = FILES.iter().map(|file| (file.name, hash(file))).collect();
        Versions { versions: BTreeMap::from([(VERSION, files)]) }
    });
    &VERSIONS
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_version_is_that_of_the_package_and_the_files_are_all_of_its_scripts() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../widget");
        let package = std::fs::read_to_string(folder.join("package.json")).unwrap();
        let package: serde_json::Value = serde_json::from_str(&package).unwrap();
        assert_eq!(package["version"], VERSION);
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let mut scripts: Vec<_> =
            names.filter_map(|name| name.into_string().ok()).filter(|name| name.ends_with(".js")).collect();
        let mut served: Vec<_> = FILES.iter().map(|file| file.name.to_owned()).collect();
        scripts.sort();
        served.sort();
        assert_eq!(scripts, served);
    }

    #[test]
    fn a_file_is_found_by_its_version_or_the_major_one_and_by_no_other() {
        let keeping = |version| match Wanted::parse(version, "tollgate-callback.js")? {
            Wanted::Script { keeping, .. } => Some(keeping),
            Wanted::Versions => None,
        };
        assert_eq!(keeping("1.0.0"), Some(Keeping::ForEver));
        assert_eq!(keeping("1"), Some(Keeping::AnHour));
        for version in ["", "1.0", "1.", "2", "0", "1.0.1", "01", "latest", ".."] {
            assert_eq!(keeping(version), None, "{version}");
        }
        for name in ["", "package.json", "README.md", "..", "tollgate-callback.js/"] {
            assert_eq!(Wanted::parse("1", name), None, "{name}");
        }
    }
}

//! Entries' keys in URLs. Every key holds a `#`, which no URL's path or query can hold as it is; so a text with a `#` has
//! been decoded already, by the edge or by the client's library, and one without has not.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What RFC 3986 does not call unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The key as it stands in a URL.
pub(crate) fn encode(key: &str) -> String {
    utf8_percent_encode(key, RESERVED).to_string()
}

/// Reads a key from a URL, decoded or not; none if it is not UTF-8.
pub(crate) fn decode(text: &str) -> Option<String> {
    if text.contains('#') {
        return Some(text.to_owned());
    }
    percent_decode_str(text).decode_utf8().ok().map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_key_survives_a_url_that_is_decoded_never_once_or_twice(value in "\\PC{0,20}") {
            let key = format!("account#{value}");
            let encoded = encode(&key);
            prop_assert!(encoded.is_ascii() && !encoded.contains(['#', '&', '+', '/', ' ']));
            let once = percent_decode_str(&encoded).decode_utf8().unwrap().into_owned();
            prop_assert_eq!(decode(&encoded), Some(key.clone()));
            prop_assert_eq!(decode(&once), Some(key.clone()));
            let encoded_again = encode(&encoded);
            let decoded_by_edge = percent_decode_str(&encoded_again).decode_utf8().unwrap().into_owned();
            prop_assert_eq!(decode(&decoded_by_edge), Some(key));
        }
    }
}

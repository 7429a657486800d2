//! Lines of imports, good and broken.

use proptest::prelude::*;

use super::*;

fn now() -> Timestamp {
    "2026-01-31T09:30:00Z".parse().unwrap()
}

fn defaults() -> Defaults {
    Defaults { effect: Some(Effect::Deny), reason: Reason::parse("drop list").ok(), ..Defaults::default() }
}

fn keys(lines: &[Line]) -> Vec<(usize, String)> {
    let good = lines.iter().filter_map(|line| Some((line.number, line.read.as_ref().ok()?.entry.key())));
    good.collect()
}

/// The reason for which the only line is refused.
fn refused(lines: Vec<Line>) -> String {
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    line.read.clone().unwrap_err()
}

#[test]
fn plain_text_is_networks_with_comments() {
    let body = "# DROP list\r\n203.0.113.0/24 ; SBL1\r\n\r\n  198.51.100.7\n2001:db8::/32 # two\n";
    let expected = [(2, "net#203.0.113.0/24"), (4, "net#198.51.100.7/32"), (5, "net#2001:db8::/32")];
    let lines = plain(body.as_bytes(), &defaults());
    assert_eq!(keys(&lines), expected.map(|(number, key)| (number, key.to_owned())));
    assert_eq!(lines.len(), 3);
}

#[test]
fn a_network_with_host_bits_is_refused_with_the_one_that_was_perhaps_meant() {
    assert!(refused(plain(b"203.0.113.9/24", &defaults())).contains("did you mean `203.0.113.0/24`?"));
    let file = b"entry\nnet#203.0.113.9/24";
    assert!(refused(csv(file, &defaults(), now()).unwrap()).contains("did you mean `203.0.113.0/24`?"));
}

#[test]
fn csv_says_each_line_for_itself_and_the_query_says_the_rest() {
    let file = "\u{feff}entry,effect,reason,expires_at\r\n\
        prefix#+1876,trust,\"partner, \"\"JM\"\"\",2026-06-30T00:00:00Z\r\n\
        country#JM,,,\r\n";
    let lines = csv(file.as_bytes(), &defaults(), now()).unwrap();
    let first = lines[0].read.clone().unwrap();
    assert_eq!((lines[0].number, first.effect, first.reason.as_str()), (2, Effect::Trust, "partner, \"JM\""));
    assert_eq!(first.expires_at, "2026-06-30T00:00:00Z".parse().ok());
    let second = lines[1].read.clone().unwrap();
    assert_eq!((second.effect, second.reason.as_str(), second.expires_at), (Effect::Deny, "drop list", None));
}

#[test]
fn a_broken_line_of_csv_says_what_is_wrong() {
    for (line, says) in [
        ("planet#mars,deny,x,", "the kind is one of"),
        (",deny,x,", "no entry"),
        ("country#JM,block,x,", "effect: deny or trust"),
        ("country#JM,deny,x,2020-01-01T00:00:00Z", "expires_at: must lie ahead"),
        ("country#JM,deny,x,,y", "5 cells under 4 columns"),
        ("country#JM,deny,\"x,", "not closed"),
        ("country#JM,deny,a\u{202e}b,", "reason: must not hold control characters"),
    ] {
        let file = format!("entry,effect,reason,expires_at\n{line}");
        let reason = refused(csv(file.as_bytes(), &defaults(), now()).unwrap());
        assert!(reason.contains(says), "{line}: {reason}");
    }
    let nothing_said = csv(b"entry\ncountry#JM", &Defaults::default(), now()).unwrap();
    assert_eq!(refused(nothing_said), "no effect is given");
}

#[test]
fn csv_without_a_first_line_that_names_the_columns_cannot_be_read() {
    for file in [
        "",
        "\n\n",
        "sep=;",
        "country#JM,deny,x,",
        "entry;effect,",
        "effect,reason",
        "entry,entry",
        "entry,color",
    ] {
        assert!(csv(file.as_bytes(), &defaults(), now()).is_err(), "{file}");
    }
    assert!(csv(b"e\0n\0t\0r\0y\0\n\0", &defaults(), now()).unwrap_err().contains("UTF-16"));
}

#[test]
fn a_line_that_is_not_utf_8_is_refused_alone() {
    let lines = csv(b"entry\ncountry#JM\ncarrier#\xe9\ncountry#KP", &defaults(), now()).unwrap();
    assert_eq!(keys(&lines), [(2, "country#JM".to_owned()), (4, "country#KP".to_owned())]);
    assert_eq!(lines[1].read, Err("not UTF-8 text; save the file as UTF-8".to_owned()));
}

#[test]
fn a_file_is_read_as_a_spreadsheet_saves_it() {
    let rows = "entry,effect,reason,expires_at\r\nprefix#+1876,deny,x\r\n\"country#JM\",\"deny\",\"a, b\",,,\r\n,,,\r\n# seen\r\n";
    let expected = [(2, "prefix#+1876".to_owned()), (3, "country#JM".to_owned())];
    let utf_16 = |big: bool, text: &str| -> Vec<u8> {
        let units = format!("\u{feff}{text}").encode_utf16().collect::<Vec<_>>();
        units.iter().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let semicolons = rows.replace("a, b", "a. b").replace(',', ";");
    let tabs = semicolons.replace(';', "\t");
    for body in [
        rows.as_bytes().to_vec(),
        semicolons.clone().into_bytes(),
        tabs.clone().into_bytes(),
        rows.replace("\r\n", "\r").into_bytes(),
        utf_16(false, rows),
        utf_16(true, &tabs),
    ] {
        let lines = csv(&body, &defaults(), now()).unwrap();
        assert_eq!(keys(&lines), expected, "{}", String::from_utf8_lossy(&body));
        assert_eq!(lines.len(), 2);
    }
    for told in ["sep=;\n", "SEP=;\r\n", "\"sep=;\"\n"] {
        let lines = csv(format!("{told}{semicolons}").as_bytes(), &defaults(), now()).unwrap();
        assert_eq!(lines.iter().map(|line| line.number).collect::<Vec<_>>(), [3, 4], "{told}");
    }
}

#[test]
fn lists_are_read_as_they_are_published() {
    let file = "; Spamhaus\n\
        {\"cidr\":\"203.0.113.0/24\",\"sblid\":\"SBL1\",\"rir\":\"apnic\"}\n\
        {\"asn\":64500,\"rir\":\"arin\",\"cc\":\"US\",\"asname\":\"A; #B\"}\n\
        {\"type\":\"metadata\",\"timestamp\":1700000000,\"size\":2}\n\
        ExitNode 0011BD2485AD45D984EC4159C88FC066E5E3300E\n\
        Published 2026-01-30 12:00:00\n\
        LastStatus 2026-01-30 13:00:00\n\
        ExitAddress 198.51.100.7 2026-01-30 13:04:05\n\
        AS64501 ; EXAMPLE\n\
        as64502 Example Networks\n";
    let expected = [
        (2, "net#203.0.113.0/24"),
        (3, "asn#64500"),
        (8, "net#198.51.100.7/32"),
        (9, "asn#64501"),
        (10, "asn#64502"),
    ];
    let lines = plain(file.as_bytes(), &defaults());
    assert_eq!(keys(&lines), expected.map(|(number, key)| (number, key.to_owned())));
    assert_eq!(lines.len(), expected.len());
}

#[test]
fn a_line_of_a_form_that_is_not_read_says_what_to_do() {
    for (line, says) in [
        ("203.0.113.0 - 203.0.113.255", "Write it as networks"),
        ("203.0.113.0\t203.0.113.255\t24", "Write it as networks"),
        ("prefix,deny,x", "text/csv"),
        ("entry", "text/csv"),
        ("64500", "Write AS before it"),
        ("+1876", "prefix#"),
        ("\"ip_prefix\": \"203.0.113.0/24\",", "one object a line"),
        ("{\"range\": 1}", "neither `cidr` nor `asn`"),
        ("{\"cidr\": ", "JSON object in one line"),
        ("country#UK", "is this an entry?"),
        ("net#192.0.2.0/24", "text/csv"),
        ("AS0", "no network"),
        ("example.com", "not a network"),
    ] {
        let told = refused(plain(line.as_bytes(), &defaults()));
        assert!(told.contains(says), "{line}: {told}");
    }
    let trust = Defaults { effect: Some(Effect::Trust), ..defaults() };
    assert!(refused(plain(b"AS64500", &trust)).contains("not trusted"));
}

/// Anything but a line break.
fn broken() -> impl Strategy<Value = Vec<u8>> {
    let text = "[\",;#a-z0-9./+=']{0,20}|\"[^\"\\n]{0,10}|\\PC{0,12}".prop_map(String::into_bytes);
    let bytes = proptest::collection::vec(
        any::<u8>().prop_filter("line break or UTF-16", |b| *b != b'\n' && *b < 0xfe),
        0..12,
    );
    prop_oneof![text, bytes]
}

/// A file of good lines, each after a broken one, and their numbers in it; `head` lines come first.
fn file(head: &str, good: &[String], broken: &[Vec<u8>]) -> (Vec<u8>, Vec<usize>) {
    let mut file = head.as_bytes().to_vec();
    let mut numbers = vec![];
    let first = head.lines().count() + 1;
    for (at, (good, broken)) in good.iter().zip(broken).enumerate() {
        file.extend_from_slice(broken);
        file.extend_from_slice(format!("\n{good}\n").as_bytes());
        numbers.push(first + 2 * at + 1);
    }
    (file, numbers)
}

proptest! {
    #[test]
    fn no_body_makes_reading_it_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        plain(&body, &defaults());
        let _ = csv(&body, &defaults(), now());
        let _ = csv(&[b"entry,reason\n", body.as_slice()].concat(), &defaults(), now());
    }

    #[test]
    fn good_lines_are_never_lost_because_of_broken_neighbours(
        octets in proptest::collection::vec(any::<(u8, u8)>(), 1..8),
        broken in proptest::collection::vec(broken(), 8),
    ) {
        let networks: Vec<_> = octets.iter().map(|(a, b)| format!("10.{a}.{b}.0/24")).collect();
        let expected = |numbers: Vec<usize>| {
            numbers.into_iter().zip(networks.iter().map(|n| format!("net#{n}"))).collect::<Vec<_>>()
        };

        let (body, numbers) = file("", &networks, &broken);
        let read = keys(&plain(&body, &defaults()));
        prop_assert!(expected(numbers).iter().all(|good| read.contains(good)), "{:?}", read);

        let lines: Vec<_> = networks.iter().map(|network| format!("net#{network},\"a, b\"")).collect();
        let (body, numbers) = file("entry,reason\n", &lines, &broken);
        let read = keys(&csv(&body, &defaults(), now()).unwrap());
        prop_assert!(expected(numbers).iter().all(|good| read.contains(good)), "{:?}", read);
    }
}

"""What docs/openapi.yaml says in words: texts of its formats, files to import, and the rules that span several fields."""

import datetime
import json

import schemathesis
from hypothesis import strategies as st

NUMBERS = ["+12065550100", "+14165550123", "+442079460958", "+4930901820", "+81312345678", "+18765550134"]


def written(number):
    """Ways in which visitors write a number."""
    spaced = f"{number[:2]} {number[2:5]} {number[5:]}"
    return st.sampled_from([number, f" {number} ", spaced, spaced.replace(" ", "-"), spaced.replace(" ", ".")])


numbers = st.sampled_from(NUMBERS).flatmap(written)
national = st.sampled_from(["(206) 555-0100", "206 555 0101", "2065550102"])
moments_ahead = st.datetimes(
    min_value=datetime.datetime(2100, 1, 1), max_value=datetime.datetime(2200, 1, 1), timezones=st.just(datetime.UTC)
).map(lambda moment: moment.isoformat().replace("+00:00", "Z"))
countries = st.from_regex(r"[A-Za-z]{2}", fullmatch=True)
words = st.text(st.sampled_from("abcäöü 0129-_.%+/"), min_size=1, max_size=40).filter(str.strip)
entries = st.one_of(
    numbers.map("number#{}".format),
    st.from_regex(r"\+[1-9][0-9]{0,14}", fullmatch=True).map("prefix#{}".format),
    countries.map("country#{}".format),
    st.ip_addresses(v=4).map("net#{}".format),
    st.ip_addresses(v=6).map("net#{}".format),
    st.sampled_from(["net#203.0.113.0/24", "net#10.0.0.0/8", "net#2001:db8::/32", "net#2001:db8:0:1::/64"]),
    countries.map("address-country#{}".format),
    st.integers(0, 2**32 - 1).map("asn#{}".format),
    words.map("account#{}".format),
    words.map("carrier#{}".format),
)
csv_files = st.lists(st.sampled_from(["prefix#+1876", "country#JM", "net#203.0.113.0/24", "asn#64500"]), min_size=1).map(
    lambda keys: "entry,effect,reason\n" + "".join(f"{key},deny,pumped\n" for key in keys)
)
network_files = st.lists(st.sampled_from(["203.0.113.0/24", "198.51.100.7 # a proxy", "2001:db8::/32"]), min_size=1).map(
    "\n".join
)

schemathesis.openapi.format("phone-number", st.one_of(numbers, national))
schemathesis.openapi.format("international-number", numbers)
schemathesis.openapi.format("entry-key", entries)
schemathesis.openapi.format("date-time", moments_ahead)
schemathesis.openapi.media_type("text/csv", csv_files.map(str.encode))
schemathesis.openapi.media_type("text/plain", network_files.map(str.encode))

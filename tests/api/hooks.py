"""What docs/openapi.yaml says in words: texts of its formats, files to import, and the rules that span several fields."""

import datetime

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
    min_value=datetime.datetime(2090, 1, 1), max_value=datetime.datetime(2099, 1, 1), timezones=st.just(datetime.UTC)
).map(lambda moment: moment.isoformat().replace("+00:00", "Z"))
countries = st.sampled_from(["US", "ca", "GB", "JM", "de", "XK", "MF"])
prefixes = st.sampled_from(["+1", "+1 876", "+447", "+39 06", "+7-800", "+49"])
let_in = st.sampled_from(["+1 247", "+1-248-9", "+44 61"])
# People write in all scripts, and some of these need characters that nobody sees.
texts = st.one_of(
    st.text(st.sampled_from("abcäöü 0129-_.%+/'"), min_size=1, max_size=200).filter(str.strip),
    st.sampled_from(["ශ්\u200dරී", "می\u200cخواهم", "👨\u200d👩\u200d👧", "Renée O’Hara"]),
)
words = st.text(st.sampled_from("abcäöü 0129-_.%+/"), min_size=1, max_size=40).filter(str.strip)
entries = st.one_of(
    numbers.map("number#{}".format),
    prefixes.map("prefix#{}".format),
    countries.map("country#{}".format),
    st.ip_addresses(v=4).map("net#{}".format),
    st.ip_addresses(v=6).map("net#{}".format),
    st.sampled_from(["net#203.0.113.0/24", "net#10.0.0.0/8", "net#2001:db8::/32", "net#2001:db8:0:1::/64"]),
    countries.map("address-country#{}".format),
    st.integers(1, 23_455).map("asn#{}".format),
    words.map("account#{}".format),
    words.map("carrier#{}".format),
)
subjects = st.one_of(
    st.ip_addresses(v=4).flatmap(lambda ip: st.sampled_from([f"address#{ip}", f"address#{ip}/32", f"block#{ip}"])),
    st.ip_addresses(v=6).flatmap(lambda ip: st.sampled_from([f"address#{ip}", f"block#{ip}"])),
    st.sampled_from(NUMBERS).flatmap(lambda number: st.sampled_from([f"number#{number}", f"range#{number[:-4]}"])),
    countries.map("country#{}".format),
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
schemathesis.openapi.format("country", countries)
# Those whose numbers `national` may be.
schemathesis.openapi.format("country-of-number", st.sampled_from(["US", "ca", ""]))
schemathesis.openapi.format("number-prefix", prefixes)
schemathesis.openapi.format("let-in-prefix", let_in)
schemathesis.openapi.format("visitor-text", texts)
schemathesis.openapi.format("reason", texts)
schemathesis.openapi.format("account", words)
schemathesis.openapi.format("subject-key", subjects)
schemathesis.openapi.format("date-time", moments_ahead)
schemathesis.openapi.format("entries-csv", csv_files)
schemathesis.openapi.format("networks", network_files)


@schemathesis.serializer("text/csv")
def as_it_is(_context, text):
    return str(text).encode()


# The last request that was taken, of a guest and of an account: an id that is drawn is hardly ever one that there is.
TAKEN = {}


@schemathesis.hook
def after_call(_context, case, response):
    if case.operation.label in ("POST /callbacks", "POST /account/callbacks") and response.status_code == 202:
        TAKEN[case.operation.path] = response.json()["id"]


@schemathesis.hook
def before_call(_context, case, _kwargs):
    """Signs in where a token would on AWS; and keeps guests let in, so that there are requests of theirs to look at, and the
    country whose numbers are written without their country code."""
    if case.path.startswith("/account/"):
        case.headers["x-local-account"] = "alice"
    taken = TAKEN.get(case.path.removesuffix("/{id}"))
    if taken and case.path.endswith("/callbacks/{id}") and case.meta and case.meta.generation.mode.is_positive:
        case.path_parameters["id"] = taken
    if case.operation.label == "POST /review/entries/import" and case.meta.generation.mode.is_positive:
        # Otherwise what was listed before decides what may be imported.
        case.query["replace"] = "true"
    if case.operation.label == "PUT /review/policy" and case.meta.generation.mode.is_positive:
        case.body["guests"] = "allow"
        case.body["default_country"] = "US"


# What a policy may be refused for although each of its fields is as described.
POLICY = {"default_country", "blocks.longest_seconds", "proof.calls_to_own_number_most"}

# Rules that span several fields, which no schema can say: what may be refused although each field is as described.
# For each operation, the status and what the problem names: fields, or itself where it names none.
SPANNING = {
    # A key that says one thing over and over is short, however long.
    "POST /callbacks": (422, {"idempotency-key-reused", "short-idempotency-key"}),
    "POST /account/callbacks": (422, {"idempotency-key-reused"}),
    # At most one of three; and `before` is later than `from`.
    "GET /review/requests": (400, {"number", "before"}),
    # Plain text needs both; and a moment must lie ahead.
    "POST /review/entries/import": (400, {"effect", "reason", "expiresAt"}),
    # Some kinds can be denied only; and a moment must lie ahead.
    "PUT /review/entries/{entry}": (422, {"effect", "expiresAt"}),
    "POST /review/policy/validate": (422, POLICY),
    "PUT /review/policy": (422, POLICY),
    # `before` is later than `from`, and not more than a week.
    "POST /review/policy/replay": (422, POLICY | {"before", "from"}),
    # Somebody is named; and a day is one that there is.
    "POST /review/people/export": (422, {"number", "after"}),
    "POST /review/people/erase": (422, {"number", "after"}),
    # Only what ended is marked.
    "PUT /review/requests/{id}/mark": (409, {"not-ended", "marked-meanwhile"}),
}


@schemathesis.check
def refused_only_for_what_spans_fields(_context, response, case):
    """`positive_data_acceptance` lets the statuses above pass; this looks at what they are for."""
    status, known = SPANNING.get(case.operation.label, (None, set()))
    if response.status_code != status or case.meta is None or not case.meta.generation.mode.is_positive:
        return
    problem = response.json()
    # Schemas know no difference between 3 and 3.0, nor that +1 876 and +1876 are one prefix; the description tells it in words.
    in_words = ("floating point", "told twice")
    errors = [error for error in problem.get("errors", []) if not any(words in error["reason"] for words in in_words)]
    named = {error["field"] for error in errors} if "errors" in problem else {problem["type"].rsplit(":", 1)[-1]}
    assert named <= known, f"refused for {named - known}, although the description allows it: {problem}"

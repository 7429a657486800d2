"""The recorded events of each function, and what it answers: from the tables of the stories, which handle them too."""

import json
import re

from machine import ROOT, fail

STORIES = ROOT / "tests/suite/stories/recorded_events.rs"
FUNCTIONS = ["intake", "review", "screening", "dialing", "contact-events", "upkeep"]


def event(function, name):
    return json.loads((ROOT / f"events/{function}/{name}.json").read_text())


def expected(function):
    """Its events in the order of the stories, each with the status of the answer, or None if that is not HTTP."""
    table = re.search(rf"^const {function.replace('-', '_').upper()}:[^=]*= &\[(.*?)\];$", STORIES.read_text(), re.S | re.M)
    if not table:
        fail(f"{STORIES.name} has no table of {function}")
    rows = re.findall(r'(?:^\s*\(|^)"([a-z0-9-]+)"(?:, (\d+)\))?', table[1], re.M)
    files = {path.stem for path in (ROOT / "events" / function).glob("*.json")}
    if {name for name, _ in rows} != files:
        fail(f"{STORIES.name} and events/{function} differ: {rows}, {files}")
    return [(name, int(status) if status else None) for name, status in rows]

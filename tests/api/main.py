"""Starts the local stack on a free port, runs schemathesis over docs/openapi.yaml against it, and ends the stack.

    main.py LOCAL_STACK [ARGUMENT OF `schemathesis run`]...
"""

import json
import os
import pathlib
import queue
import re
import subprocess
import sys
import tempfile
import threading
import urllib.request

HERE = pathlib.Path(__file__).parent
DESCRIPTION = HERE.parent.parent / "docs" / "openapi.yaml"
SECONDS_TO_START = 60


def main(stack, arguments):
    process = subprocess.Popen([stack, "--port", "0"], stdout=subprocess.PIPE, text=True)
    try:
        url = address(process)
        let_guests_in(url)
        return schemathesis(url, arguments)
    finally:
        process.terminate()
        process.wait()


def address(process):
    """Where the stack says that it listens. What it prints later is read, too, lest it wait for somebody to read it."""
    told = queue.Queue()

    def read():
        for line in process.stdout:
            if found := re.search(r"runs on (http://\S+?)/?\s", line):
                told.put(found[1])
        told.put(None)

    threading.Thread(target=read, daemon=True).start()
    try:
        url = told.get(timeout=SECONDS_TO_START)
    except queue.Empty:
        url = None
    if url is None:
        sys.exit("the local stack does not start")
    return url


def let_guests_in(url):
    """Without this, guests are offered other channels, and no request of theirs can be looked at."""
    request = urllib.request.Request(
        f"{url}/review/policy", json.dumps({"guests": "allow"}).encode(), {"If-Match": '"0"'}, method="PUT"
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200


def schemathesis(url, arguments):
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-B", "-m", "schemathesis.cli", "--config-file", HERE / "schemathesis.toml"]
        command += ["run", DESCRIPTION, "--url", url, *arguments]
        environment = {**os.environ, "PYTHONPATH": str(HERE)}
        return subprocess.run(command, cwd=scratch, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))

"""The first release, from this repository's own history: its template, and its functions, built once and kept."""

import os
import pathlib
import re
import shutil
import subprocess

from machine import ROOT, fail

# The last commit of 0.1.0.
COMMIT = "aa462cf90852762d42f29d537859ec41d55fe7b4"
FUNCTIONS = ("intake", "screening", "dialing", "contact-events", "review", "upkeep")
CACHE = pathlib.Path.home() / ".cache" / "tollgate" / "first-release" / COMMIT[:12]
# Built as tests are, since what is deployed of it is tried and not measured; symbols would only fill the packages.
PROFILE = {"CARGO_PROFILE_DEV_DEBUG": "none", "CARGO_PROFILE_DEV_STRIP": "symbols", "CARGO_INCREMENTAL": "0"}


def template(machine):
    """Its template, with the functions that are built."""
    if not (CACHE / "template.yaml").exists():
        build(machine)
    return CACHE / "template.yaml"


def build(machine):
    """Builds it in a folder of its own: neither the clone's files nor its builds are touched."""
    source, target = CACHE / "source", CACHE / "target"
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir(parents=True)
    unpack(source)
    packages = [option for name in FUNCTIONS for option in ("--package", name)]
    command = ["cargo", "build", "--locked", *packages]
    environment = machine.environment | PROFILE | {"CARGO_TARGET_DIR": str(target)}
    if subprocess.run(command, cwd=source, env=environment, stdin=subprocess.DEVNULL).returncode != 0:
        fail(f"the first release cannot be built: {' '.join(command)} in {source}")
    for name in FUNCTIONS:
        (CACHE / name).mkdir(exist_ok=True)
        shutil.copy2(target / "debug" / name, CACHE / name / "bootstrap")
    # Last: what there is of it is whole.
    (CACHE / "template.yaml.part").write_text(with_built((source / "template.yaml").read_text()))
    os.replace(CACHE / "template.yaml.part", CACHE / "template.yaml")
    shutil.rmtree(target)
    shutil.rmtree(source)


def unpack(source):
    """The files of the commit. A clone that lacks it cannot tell whether an update works."""
    def git(*arguments):
        return subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True)

    if git("cat-file", "-e", f"{COMMIT}^{{commit}}").returncode != 0:
        shallow = git("rev-parse", "--is-shallow-repository").stdout.strip() == b"true"
        why = "its history is cut off: `git fetch --unshallow` brings it" if shallow else "it is of another history"
        fail(f"this clone lacks the commit of the first release, {COMMIT}, from which the update is tried: {why}")
    files = git("archive", COMMIT)
    if files.returncode != 0:
        fail(f"git archive {COMMIT}: {files.stderr.decode()}")
    subprocess.run(["tar", "-x", "-C", source], input=files.stdout, check=True)


def with_built(text):
    """The template, each function's code where it was built to: as `sam build` would have written it."""
    binary = re.compile(r"BuildProperties: \{Binary: ([a-z-]+)\}")
    lines, name = [], None
    for line in text.splitlines(keepends=True):
        if found := binary.search(line):
            name = found[1]
        if name and line.strip() == "CodeUri: .":
            line, name = line.replace("CodeUri: .", f"CodeUri: {CACHE / name}"), None
        lines.append(line)
    written = "".join(lines)
    if any(f"CodeUri: {CACHE / name}\n" not in written for name in FUNCTIONS):
        fail("the first release's template names its functions' code otherwise than is known here")
    return written

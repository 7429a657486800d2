"""What runs on this machine: the emulated AWS and the stand-ins, on free loopback ports, and commands."""

import atexit
import json
import os
import pathlib
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
ACCOUNT = "111122223333"
REGION = "us-east-1"
# The functions run on this machine's processor.
ARCHITECTURE = "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"


def fail(message):
    sys.exit(f"\nFAILED: {message}")


def step(text):
    print(f"\n== {time.strftime('%H:%M:%S')} {text}", flush=True)


def until(what, look, holds=bool, seconds=30):
    """Looks until what is seen holds."""
    deadline = time.monotonic() + seconds
    while not holds(seen := look()):
        if time.monotonic() > deadline:
            fail(f"{what}: not within {seconds} seconds, but {seen}")
        time.sleep(0.25)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


class Machine:
    """The processes of one run. All of them end with it."""

    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="tollgate-deploy-"))
        self.aws = f"http://127.0.0.1:{free_port()}"
        self.connect = f"http://127.0.0.1:{free_port()}"
        self.carrier = f"http://127.0.0.1:{free_port()}"
        self.issuer = f"http://127.0.0.1:{free_port()}"
        # Nothing of the user's own configuration of AWS counts here, whatever it says.
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        self.environment = kept | {
            "AWS_ENDPOINT_URL": self.aws,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "SAM_CLI_TELEMETRY": "0",
        }
        # boto3 reads it, too.
        for name in set(os.environ) - set(kept):
            del os.environ[name]
        os.environ.update(self.environment)

    def start_aws(self):
        """MiniStack, which checks every call against IAM policies."""
        self.start("aws", [sys.executable, ROOT / "tests/deploy/emulator.py"], {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": self.aws.rpartition(":")[2],
            "MINISTACK_HOST": "127.0.0.1",
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "AUTH": "true",
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "TMPDIR": str(self.directory),
        })
        until("the emulated AWS answers", lambda: self._answers(f"{self.aws}/_ministack/health"))

    def start_stand_ins(self, *options):
        """Connect and the carrier lookup, which MiniStack does not have, and an issuer of operators' tokens."""
        program = pathlib.Path(os.environ["CARGO_TARGET_DIR"]) / "debug" / "stand-ins"
        ports = [url.rpartition(":")[2] for url in (self.connect, self.carrier, self.issuer)]
        self.start("stand-ins", [
            program, "--connect-port", ports[0], "--carrier-port", ports[1], "--issuer-port", ports[2], *options])
        until("the stand-ins answer", lambda: self._answers(f"{self.connect}/_local/calls"))

    def run(self, *command, quiet=True):
        """Runs a command at the root of the repository. Gives what it printed; shows it if it fails."""
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if quiet else None, stderr=subprocess.STDOUT if quiet else None)
        if done.returncode != 0:
            print(done.stdout or "")
            fail(f"{' '.join(map(str, command))}: exit code {done.returncode}")
        return done.stdout or ""

    def forget(self):
        """All went well: nobody will want the logs."""
        shutil.rmtree(self.directory)

    def start(self, name, command, environment=None):
        """A process that goes on until the end of the run."""
        log = open(self.directory / f"{name}.log", "wb")
        process = subprocess.Popen(
            command, cwd=self.directory, env=self.environment | (environment or {}), stdin=subprocess.DEVNULL,
            stdout=log, stderr=subprocess.STDOUT)
        atexit.register(self._stop, process)

    @staticmethod
    def _stop(process):
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()

    @staticmethod
    def _answers(url):
        try:
            return get(url) is not None
        except OSError:
            return False

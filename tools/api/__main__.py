"""The API of the admin panel under requests that schemathesis makes from its document.

    python tools/api PROGRAM --requests 20000   until so many were answered
    python tools/api PROGRAM --seconds 30       for so long

PROGRAM is the built crate `local`, which is started with an empty data folder. No answer may be a
5xx, or one that infra/openapi.json does not describe; what the document does not allow is refused.
"""

import argparse
import json
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[2] / "infra" / "openapi.json"
# Each with a token of its own, which is good for 15 minutes.
ROUND_S = 60
CONFIG = Path(__file__).with_name("schemathesis.toml")
STARTS_WITHIN_S = 60


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def started(program: Path, folder: Path, port: int) -> subprocess.Popen:
    system = subprocess.Popen(
        [program.resolve()],
        env={"PORT": str(port), "DATA_DIR": str(folder / "data")},
        stdout=subprocess.DEVNULL,
        stderr=(folder / "log").open("w"),
    )
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until and system.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/landing", timeout=5)
            return system
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{program} does not start:\n{(folder / 'log').read_text()}")


def token(folder: Path, port: int) -> str:
    users = json.loads((folder / "data" / "sign-in.json").read_text())
    password = next(user["password"] for user in users if user["username"] == "admin")
    fields = {"grant_type": "password", "username": "admin", "password": password}
    body = urllib.parse.urlencode(fields).encode()
    answer = urllib.request.urlopen(f"http://127.0.0.1:{port}/oidc/token", body, timeout=30)
    return json.load(answer)["access_token"]


def sent_in(told: str) -> int:
    """How many requests a round has sent, as schemathesis says at its end."""
    found = re.search(r"Test cases:\s+([\d,]+) generated", told)
    if not found:
        raise SystemExit(f"it does not say how many requests were sent:\n{told}")
    return int(found[1].replace(",", ""))


def play(folder: Path, port: int, round_no: int, seconds: int | None, seed: int) -> int:
    """One round; its requests. Ends the program if an answer was wrong."""
    limit = ["--max-time", str(seconds)] if seconds else []
    run = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            "--config-file", CONFIG, "run", DOCUMENT, "--url", f"http://127.0.0.1:{port}",
            "--header", f"Authorization: Bearer {token(folder, port)}",
            "--continue-on-failure", "--no-color",
            "--suppress-health-check", "all", "--warnings", "off", "--generation-database", "none",
            "--request-timeout", "20", "--seed", str(seed + round_no), *limit,
        ],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )
    if run.returncode != 0:
        raise SystemExit(f"{run.stdout}\n{(folder / 'log').read_text()[-4000:]}")
    return sent_in(run.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("--requests", type=int)
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        system = started(asked.program, folder, port)
        began = time.monotonic()
        try:
            sent = rounds = 0
            while rounds == 0 or sent < (asked.requests or 0):
                seconds = asked.seconds or ROUND_S
                sent += play(folder, port, rounds, seconds, asked.seed)
                rounds += 1
            if system.poll() is not None:
                raise SystemExit(f"it ended:\n{(folder / 'log').read_text()}")
        finally:
            system.terminate()
            system.wait()
    took = time.monotonic() - began
    print(f"{sent} requests in {took:.0f} s, every answer as the document says")


main()

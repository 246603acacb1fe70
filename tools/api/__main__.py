"""The API of the admin panel under requests that schemathesis makes from its document.

    python tools/api PROGRAM --requests 20000   until so many were answered
    python tools/api PROGRAM --seconds 30       for so long

PROGRAM is the built crate `local`, which is started with an empty data folder and gets a small programme (seed.py).
No answer may be a 5xx, or one that infra/openapi.json does not describe; what the document does not allow is refused.
Every operation succeeds at least once, or what it answers then was checked by nobody. A last round asks with a viewer's
token: no answer shows a number in full.
"""

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from pathlib import Path

from seed import Site, programme

DOCUMENT = Path(__file__).resolve().parents[2] / "infra" / "openapi.json"
# Each with a token of its own, which is good for 15 minutes.
ROUND_S = 60
CONFIG = Path(__file__).with_name("schemathesis.toml")
HOOKS = Path(__file__).with_name("hooks.py")
STARTS_WITHIN_S = 60
# Of the time of the other rounds.
VIEWER_SHARE = 0.2
# Rounds for what no request has succeeded at so far.
PATIENCE = 3


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


def sent_in(told: str) -> int:
    """How many requests a round has sent, as schemathesis says at its end."""
    found = re.search(r"Test cases:\s+([\d,]+) generated", told)
    if not found:
        raise SystemExit(f"it does not say how many requests were sent:\n{told}")
    return int(found[1].replace(",", ""))


def play(site: Site, round_no: int, seconds: int, seed: int, role: str = "admin") -> tuple[int, dict]:
    """One round: its requests, and which operations were answered how often. Ends the program if an answer was wrong."""
    folder = site.folder
    report = folder / f"report-{role}-{round_no}.json"
    told = {
        "SCHEMATHESIS_HOOKS": str(HOOKS), "API_SEEDED": str(folder / "seeded.json"),
        "API_REPORT": str(report), "API_SEED": str(seed + round_no),
        **({"API_VIEWER": "1"} if role == "viewer" else {}),
    }
    run = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            "--config-file", CONFIG, "run", DOCUMENT, "--url", site.url,
            "--header", f"Authorization: Bearer {site.token(role)}",
            "--continue-on-failure", "--no-color",
            "--suppress-health-check", "all", "--warnings", "off", "--generation-database", "none",
            "--request-timeout", "20", "--seed", str(seed + round_no), "--max-time", str(seconds),
        ],
        cwd=folder, env={**os.environ, **told},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )
    if run.returncode != 0:
        raise SystemExit(f"{run.stdout}\n{(folder / 'log').read_text()[-4000:]}")
    return sent_in(run.stdout), json.loads(report.read_text())


def operations() -> list[str]:
    paths = json.loads(DOCUMENT.read_text())["paths"]
    return [f"{method.upper()} {path}" for path, item in paths.items() for method in item]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("--requests", type=int)
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    seconds = asked.seconds or ROUND_S
    succeeded: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        system = started(asked.program, folder, port)
        began = time.monotonic()
        try:
            site = Site(folder, port)
            (folder / "seeded.json").write_text(json.dumps(programme(site)))
            sent = rounds = 0
            never = operations()
            while rounds == 0 or sent < (asked.requests or 0) or (never and rounds < PATIENCE):
                more, report = play(site, rounds, seconds, asked.seed)
                succeeded.update(report["succeeded"])
                never = [operation for operation in operations() if not succeeded[operation]]
                sent += more
                rounds += 1
            looked, _ = play(site, rounds, max(1, round(seconds * VIEWER_SHARE)), asked.seed, "viewer")
            if system.poll() is not None:
                raise SystemExit(f"it ended:\n{(folder / 'log').read_text()}")
        finally:
            system.terminate()
            system.wait()
    took = time.monotonic() - began
    if never:
        raise SystemExit("these never succeeded, so nobody checked what they answer then:\n" + "\n".join(never))
    print(f"{sent} requests as an admin and {looked} as a viewer in {took:.0f} s, every answer as the document says")
    rarest, times = succeeded.most_common()[-1]
    print(f"all {len(operations())} operations succeeded, {rarest} least often: {times} times")


main()

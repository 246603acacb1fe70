"""Our phone parser against Google's libphonenumber, and the vectors for the normal test run.

    python tools/oracle ANSWERS             compare; fails on a difference that is in no class
    python tools/oracle ANSWERS --record F  write vectors into F

ANSWERS is the built example `parse_phones` of the crate domain.
"""

import argparse
import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from classes import REFUSALS, REWRITES, explain
from generate import texts
from oracle import Opinion, ask

AT_LEAST = 200_000
SHOWN = 20
RECORDED_FROM = 60_000
AGREED_NUMBERS = 60
OF_EACH_BEGINNING = 2
OF_EACH_OTHER_KIND = 6


class Case(NamedTuple):
    text: str
    ours: str
    theirs: Opinion
    # "" where both agree, `None` where they differ and no rule says why.
    why: str | None


def answers(program: Path, asked: list[str]) -> list[str]:
    lines = "".join(json.dumps(text) + "\n" for text in asked)
    done = subprocess.run([program], input=lines, capture_output=True, text=True, check=True)
    answered = done.stdout.splitlines()
    if len(answered) != len(asked):
        sys.exit(f"{len(asked)} texts and {len(answered)} answers: {done.stderr}")
    return answered


def cases(program: Path, asked: list[str]) -> Iterator[Case]:
    for text, ours in zip(asked, answers(program, asked), strict=True):
        theirs = ask(text)
        yield Case(text, ours, theirs, "" if theirs.agrees(ours) else explain(text, ours, theirs))


def compare(program: Path, seed: int, count: int) -> int:
    began = time.monotonic()
    compared = list(cases(program, list(texts(seed, count))))
    differences = Counter(case.why for case in compared if case.why)
    numbers = sum(case.ours.startswith("+") and case.why == "" for case in compared)
    refused = sum(not case.ours.startswith("+") and case.why == "" for case in compared)
    print(f"{len(compared)} texts, seed {seed}: {numbers} read the same, {refused} refused by both,")
    print(f"{differences.total()} differ in a listed class:")
    for name, n in differences.most_common():
        print(f"  {n:7}  {name}")
    print(f"{time.monotonic() - began:.0f} s")

    unexplained = [case for case in compared if case.why is None]
    for case in unexplained[:SHOWN]:
        print(f"in no class: {json.dumps(case.text)}: ours {case.ours}, libphonenumber {case.theirs}")
    if unexplained:
        print(f"{len(unexplained)} differences in no class of tools/oracle/classes.py")
    return 1 if unmet(set(differences)) or unexplained else 0


def unmet(met: set[str]) -> list[str]:
    """Classes in which no text is, said aloud: a dead rule, or a poor generator."""
    alone = {name for names in met for name in names.split(" + ")}
    missing = [rule.name for rule in (*REWRITES, *REFUSALS) if rule.name not in alone]
    for name in missing:
        print(f"no text is in the class {name}")
    return missing


def record(program: Path, seed: int, file: Path) -> int:
    """A few texts of each kind: numbers that look invented, no two of the same shape."""
    chosen: dict[tuple[str, str, str], dict[str, Case]] = {}
    for case in cases(program, list(texts(seed, RECORDED_FROM, plain_digits=True))):
        if case.why is None:
            sys.exit(f"in no class: {json.dumps(case.text)}")
        answer = "number" if case.ours.startswith("+") else case.ours
        # 080 to 089 without a mark, each with its lengths.
        beginning = case.text[:3] if re.fullmatch(r"08[0-9]+", case.text) else ""
        kind = chosen.setdefault((case.why, answer, beginning), {})
        if beginning:
            room, shape = OF_EACH_BEGINNING, str(len(case.text))
        else:
            room = AGREED_NUMBERS if (case.why, answer) == ("", "number") else OF_EACH_OTHER_KIND
            shape = re.sub(r"\d+", "0", case.text)
        if len(kind) < room:
            kind.setdefault(shape, case)
    if unmet({why for why, _, _ in chosen}):
        return 1
    lines = [
        json.dumps({"text": case.text, "ours": case.ours, "libphonenumber": case.theirs.verdict(), "class": case.why})
        for _, kind in sorted(chosen.items())
        for case in kind.values()
    ]
    file.write_text("\n".join(lines) + "\n")
    print(f"{len(lines)} vectors in {file}")
    return 0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("answers", type=Path)
    options.add_argument("--seed", type=int, default=62)
    options.add_argument("--count", type=int, default=300_000)
    options.add_argument("--record", type=Path, metavar="F")
    chosen = options.parse_args()
    if chosen.record:
        return record(chosen.answers, chosen.seed, chosen.record)
    if chosen.count < AT_LEAST:
        options.error(f"fewer than {AT_LEAST} texts prove too little")
    return compare(chosen.answers, chosen.seed, chosen.count)


sys.exit(main())

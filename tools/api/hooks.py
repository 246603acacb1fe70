"""What schemathesis makes up, mixed with what the seeded programme has: most ids are real, since an id of nothing is
answered 404 whatever else the request says. Notes which operations succeeded."""

import atexit
import json
import os
import random
from collections import Counter
from pathlib import Path

import schemathesis
from schemathesis.core.parameters import ParameterLocation

SEEDED = json.loads(Path(os.environ["API_SEEDED"]).read_text())
REPORT = Path(os.environ["API_REPORT"])
CHANCE = random.Random(os.environ["API_SEED"])
# Of ids, and of values that only make sense together with one.
REAL = 0.7
ADMIN = "/api/admin/"
# That are added: all of them take turns in what is sent.
MOST_NUMBERS = 5

answered: Counter[str] = Counter()
succeeded: Counter[str] = Counter()
# The last ETag at an address, and the moment of the last stop of whoever stands there.
tags: dict[str, str] = {}
since: dict[str, str] = dict(SEEDED["since"])


def pool(label: str) -> list[str]:
    """Ids for which the operation can succeed."""
    kind = label.split(ADMIN)[1].split("/")[0]
    if label == f"DELETE {ADMIN}participants/{{id}}":
        # An erased person cannot be erased again.
        return [SEEDED["expendable"].pop()] if SEEDED["expendable"] else []
    if label == f"PATCH {ADMIN}admins/{{id}}":
        # Whoever else is shut out could sign in no more.
        return SEEDED["colleagues"]
    if label.endswith("/retry"):
        return SEEDED["failed"]
    if label.endswith("/resubscribe"):
        return SEEDED["stopped"]
    return SEEDED[kind]


def is_valid(case, location: ParameterLocation) -> bool:
    part = case.meta.components.get(location) if case.meta else None
    return part is None or part.mode.is_positive


@schemathesis.hook
def before_call(context, case, kwargs) -> None:
    label = case.operation.label
    real = CHANCE.random() < REAL
    if "{id}" in label and real and is_valid(case, ParameterLocation.PATH):
        ids = pool(label)
        if ids:
            case.path_parameters = {"id": CHANCE.choice(ids)}
    if case.headers and "If-Match" in case.headers and real and is_valid(case, ParameterLocation.HEADER):
        case.headers["If-Match"] = tags.get(case.formatted_path, '"0"')
    if isinstance(case.body, dict) and real and is_valid(case, ParameterLocation.BODY):
        case.body = filled(label, dict(case.body), (case.path_parameters or {}).get("id"))


def filled(label: str, body: dict, whose: str | None) -> dict:
    if "since" in body and whose in since:
        body["since"] = since[whose]
    if "phone" in body:
        # A correction to somebody's number is refused; what erases must leave people over.
        strangers = label.startswith("PATCH") or label.endswith("/resolve")
        body["phone"] = CHANCE.choice(SEEDED["strangers" if strangers else "phones"])
    if "q" in body:
        body["q"] = CHANCE.choice([*SEEDED["phones"], "siti aminah"])
    if label.endswith("/resend"):
        body["message"] = CHANCE.choice(["link", "welcome"])
    if label.endswith("/retry"):
        body["knowingly"] = True
    if label == f"POST {ADMIN}numbers" and succeeded[label] < MOST_NUMBERS:
        body = {name: value for name, value in body.items() if not name.startswith("gap_")}
        body |= {"label": "Nomor baru", "api_key": "kunci-baru", "in_use_since": "2025-01-01T00:00:00Z"}
    if "reason" in body:
        body["reason"] = "Diminta lewat telepon"
    return body


@schemathesis.hook
def after_call(context, case, response) -> None:
    label = case.operation.label
    answered[label] += 1
    if not 200 <= response.status_code < 300 or case.method != label.split()[0]:
        return
    succeeded[label] += 1
    tag = response.headers.get("etag")
    if tag:
        tags[case.formatted_path] = tag[0]
    if "json" in "".join(response.headers.get("content-type", [])):
        told(response.json())


def told(body: object) -> None:
    """Remembers since when somebody is stopped."""
    if not isinstance(body, dict):
        return
    if isinstance(body.get("suppression"), dict):
        since[body["id"]] = body["suppression"]["since"]
    for one in [body, *(body.get("items") or [])]:
        if isinstance(one, dict) and "since" in one and "id" in one:
            since[one["id"]] = one["since"]


if os.environ.get("API_VIEWER"):
    NUMBERS = [number.removeprefix("+62") for number in SEEDED["secret"]]

    @schemathesis.check
    def no_number_in_full(context, response, case) -> None:
        """Whoever only looks reads no number of the programme, however it is written."""
        digits = "".join(sign for sign in response.text if sign not in " -.()")
        shown = [number for number in NUMBERS if number in digits]
        assert not shown, f"a viewer reads {shown[0]}"


@atexit.register
def report() -> None:
    REPORT.write_text(json.dumps({"answered": answered, "succeeded": succeeded}))

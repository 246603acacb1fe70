"""A small programme, made through the running system's own addresses and nothing else: what the requests are about."""

import json
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

SENDING = [f"+628110000000{n}" for n in (1, 2, 3)]
PEOPLE = 60
# Those who may be erased; everybody else stays.
EXPENDABLE = 20
# Nobody registers these.
STRANGERS = range(900, 912)
HOUR_S = 3600


class Site:
    """The running system."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{port}"

    def call(self, method: str, path: str, body: object = None, **headers: str) -> dict:
        data = None if body is None else json.dumps(body).encode()
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(
            self.url + path, data, {"content-type": "application/json", **headers}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{method} {path}: {error.code} {error.read().decode()}") from error
        return json.loads(text) if text else {}

    def token(self, name: str) -> str:
        """A fresh one, good for 15 minutes of the system's time."""
        users = json.loads((self.folder / "data" / "sign-in.json").read_text())
        password = next(user["password"] for user in users if user["username"] == name)
        fields = {"grant_type": "password", "username": name, "password": password}
        body = urllib.parse.urlencode(fields).encode()
        with urllib.request.urlopen(f"{self.url}/oidc/token", body, timeout=30) as answer:
            return json.load(answer)["access_token"]

    def panel(self, method: str, path: str, body: object = None, **headers: str) -> dict:
        """As an admin."""
        token = f"Bearer {self.token('admin')}"
        return self.call(method, f"/api/admin/{path}", body, authorization=token, **headers)

    def advance(self, seconds: int) -> None:
        self.call("POST", "/simulator/clock", {"advance_s": seconds})

    def says(self, number: int, text: str, lid: str = "none") -> None:
        body = {"from": e164(number), "to": SENDING[0], "text": text, "form": "simple", "lid": lid}
        self.call("POST", "/simulator/reply", body)

    def register(self, number: int, referrer: int | None = None) -> None:
        body = {
            "sapaan": "Ibu", "name": f"Siti Aminah {name_of(number)}", "city": "Bogr" if number % 9 == 0 else "Bogor",
            "profession": "Guru", "phone": link_form(number), "consent_wa": True, "consent_share": number % 2 == 0,
        }
        if referrer is not None:
            body["ref"] = link_form(referrer)
        self.call("POST", "/api/registrations", body)

    def gateway(self, mode: str) -> None:
        for phone in SENDING:
            self.call("POST", f"/simulator/numbers/{urllib.parse.quote(phone)}", {"mode": mode})


def link_form(number: int) -> str:
    return f"0812{20_000_000 + number}"


def e164(number: int) -> str:
    return f"+62{link_form(number)[1:]}"


def name_of(number: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in str(number)).title()


def programme(site: Site) -> dict:
    """Plays it; the ids of what is there, and every number that took part."""
    people = range(1, PEOPLE + 1)
    for number in people:
        site.register(number, referrer=1 + number % 5 if number > 5 else None)
    site.advance(24 * HOUR_S)
    # Messages that fail, each by itself: nothing else waits for it.
    site.gateway("bad_recipient")
    failing = range(PEOPLE + 1, PEOPLE + 11)
    for number in failing:
        site.register(number)
    site.advance(600)
    site.gateway("ok")
    site.advance(2 * HOUR_S)
    for number in range(1, 11):
        site.says(number, "STOP")
    site.says(STRANGERS[0], "STOP")
    for number in STRANGERS[1:]:
        site.says(number, "SALAH NOMOR" if number % 2 else "STOP", lid="hidden")
    site.register(1)
    event = {"title": "Sosialisasi", "start_time": "2030-11-30 19:30", "zoom_link": "https://zoom.us/j/1"}
    site.call("POST", "/simulator/admin/events", {"event": event})
    colleague = {"email": "rekan@example.org", "role": "viewer"}
    site.panel("POST", "admins", colleague, idempotency_key="rekan")
    return {
        "phones": [link_form(number) for number in [*people, *failing, *STRANGERS]],
        "strangers": [link_form(number) for number in STRANGERS],
        "secret": [e164(number) for number in [*people, *failing, *STRANGERS]] + SENDING,
        **ids(site),
    }


def ids(site: Site) -> dict:
    def listed(path: str) -> list[dict]:
        return site.panel("GET", f"{path}{'&' if '?' in path else '?'}limit=100")["items"]

    everybody = [one["id"] for one in listed("participants")]
    failed = [one["id"] for one in listed("notifications?status=failed")]
    stops = listed("suppressions") + listed("suppressions?state=asked")
    if not failed or not stops:
        raise SystemExit("the programme has no failed message, or no stop")
    stopped = [one for one in stops if one["participant"]]
    return {
        "participants": everybody[EXPENDABLE:],
        "expendable": everybody[:EXPENDABLE],
        "stopped": [one["participant"]["id"] for one in stopped],
        "referrers": [one["id"] for one in listed("referrers")],
        "notifications": failed + [one["id"] for one in listed("notifications?status=sent")],
        "failed": failed,
        "numbers": [one["id"] for one in listed("numbers")],
        "suppressions": [one["id"] for one in stops],
        "since": {one["id"]: one["since"] for one in stops}
        | {one["participant"]["id"]: one["since"] for one in stopped},
        "inbound": [one["id"] for one in listed("inbound")],
        "admins": [one["id"] for one in listed("admins")],
        "colleagues": [one["id"] for one in listed("admins") if one["email"] == "rekan@example.org"],
    }

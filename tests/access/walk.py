"""Goes to every door as everybody, with what is their own, what is foreign and what is missing, and says what was
wrong. Each knock is taken back, so that the next one finds the house as it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.http import HttpResponseBase
from django.test import RequestFactory, TestCase
from django.test.client import MULTIPART_CONTENT, ClientHandler, encode_multipart
from django.urls import reverse

from contactcenter.access.who import Place
from tests.access.askers import HOSTS, Asker
from tests.access.cases import OWN, Values, others
from tests.access.doors import PARAMETERS, Door
from tests.access.expected import expected
from tests.access.routes import URLCONFS, routes
from tests.access.witness import Witness

JSON = "application/json"
BOUNDARY = "walk"
# What differs between two answers of the same: in headers, and within (nonces, tokens against forgery).
OF_EACH_ALONE = ("Content-Length", "Expires", "RateLimit", "X-Request-ID")
IN_EACH_ALONE = re.compile(rb'(nonce-|nonce="|csrf-token" content="|csrfmiddlewaretoken" value=")[^"\' ;]*')


@dataclass(frozen=True)
class Answer:
    """`word` as in expected.py, or what it was instead."""

    word: str
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Outcome:
    tried: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Knock:
    """One try. `word` is what the table says; `objects` says what `values` are: own, foreign or missing."""

    door: Door
    asker: Asker
    word: str
    method: str
    objects: str
    values: Values

    def __str__(self) -> str:
        return f"{self.door.name}: {self.asker.name}, {self.method}, {self.objects}"


class Walk:
    def __init__(self, place: Place, askers: Iterable[Asker], witness: Witness) -> None:
        self.place, self.witness = place, witness
        self.askers = {asker.name: asker for asker in askers}
        self.table = expected(place)
        self.parameters = dict(routes(place))
        self.handler = ClientHandler(enforce_csrf_checks=False)
        self.knocks = 0

    def through(self, doors: Iterable[Door]) -> Outcome:
        outcome = Outcome()
        for door in doors:
            self.witness.forget_limits()
            for name, word in self.table[door.kind].items():
                if word == "in" or (word != "-" and not door.again):
                    self.try_door(door, self.askers[name], word, outcome)
        return outcome

    def try_door(self, door: Door, asker: Asker, word: str, outcome: Outcome) -> None:
        for method in dict.fromkeys(["GET", "POST", *door.methods.split()]):
            first: dict[str, Answer] = {}  # to what is not there, by what is wanted
            for knock in self.cases(door, asker, method, word):
                wanted, answer = self.wanted(knock), self.ask(knock)
                outcome.tried += 1
                if answer.word != wanted:
                    outcome.wrong.append(f"{knock}: {answer.word} ({answer.status}), not {wanted}")
                outcome.wrong += [f"{knock}: {fault}" for fault in self.witness.faults(knock, answer, wanted)]
                if knock.objects != OWN and door.alike and first.setdefault(wanted, answer) != answer:
                    outcome.wrong.append(f"{knock}: is told apart, by {difference(first[wanted], answer)}")

    # What is tried ----------------------------------------------------------------------------------------------------
    def cases(self, door: Door, asker: Asker, method: str, word: str) -> Iterator[Knock]:
        """Everything own, then foreign, then missing: all at once by who is not let in. Where the method is none of the
        door's, that is said before anything is looked for.
        """
        things = self.things(door)
        own = {slot: asker.own(thing) for slot, thing in things.items()}
        yield Knock(door, asker, word, method, OWN, own)
        if word == "in" and method not in door.methods.split():
            return
        foreign = {slot: self.foreign(door, asker, thing) for slot, thing in things.items()}
        for objects, values in others(own, foreign, one_by_one=word == "in" and not door.whole):
            yield Knock(door, asker, word, method, objects, values)

    def things(self, door: Door) -> dict[str, str]:
        """What stands where. Raises KeyError for a door that nobody told the walk how to address."""
        in_address = {name: door.at.get(name) or PARAMETERS[name] for name in self.parameters_of(door)}
        return {**in_address, **door.query, **door.asks}

    def parameters_of(self, door: Door) -> tuple[str, ...]:
        return () if door.route.startswith("/") else self.parameters[door.route]

    def foreign(self, door: Door, asker: Asker, thing: str) -> list[Any]:
        """On the floor and in the admin no company is foreign; in the records of one, what another has is."""
        if door.kind in ("floor", "admin") or (door.kind == "records" and thing == "company"):
            return []
        if door.kind == "screen":  # the key of another company's screen is a key
            return [asker.company.elsewhere[thing]]
        return asker.foreign(thing, elsewhere=door.kind != "records")

    def wanted(self, knock: Knock) -> str:
        door, word = knock.door, knock.word
        method_first = word == "in" or door.kind == "visitor" or knock.asker.name == "lacking-machine"
        if method_first and knock.method not in door.methods.split():
            return door.untaken
        if word != "in" or knock.objects == OWN:
            return word
        companies = {knock.values[slot] for slot, thing in self.things(door).items() if thing == "company"}
        return door.absent if companies <= {knock.asker.own("company")} else "gone"

    # How it is asked --------------------------------------------------------------------------------------------------
    def ask(self, knock: Knock) -> Answer:
        """And takes back whatever it did."""
        self.witness.begin()
        with transaction.atomic():
            with TestCase.captureOnCommitCallbacks(execute=True):
                response = self.send(knock)
                body = response.getvalue()
            self.witness.look(knock)
            transaction.set_rollback(True)
        return self.read(knock, response, body)

    def send(self, knock: Knock) -> HttpResponseBase:
        door, asker, self.knocks = knock.door, knock.asker, self.knocks + 1
        headers = {"host": HOSTS[self.place], **asker.headers(door.right.get(knock.method, ""))}
        if asker.session:
            headers["cookie"] = f"{settings.SESSION_COOKIE_NAME}={asker.session}"
        if door.route.startswith("api:"):
            headers["idempotency-key"] = str(uuid4())
        form = {**door.sends(), **{slot: knock.values[slot] for slot in door.asks}}
        body, kind = b"", ""
        if knock.method != "GET":
            body = json.dumps(form).encode() if door.json else encode_multipart(BOUNDARY, form)
            kind = JSON if door.json else MULTIPART_CONTENT.replace("BoUnDaRyStRiNg", BOUNDARY)
        request = RequestFactory().generic(
            knock.method,
            self.address(knock),
            body,
            kind,
            headers=headers,
            REMOTE_ADDR=f"127.{self.knocks >> 16 & 255}.{self.knocks >> 8 & 255}.{self.knocks & 255}",
        )
        return self.handler(request.environ)

    def address(self, knock: Knock) -> str:
        door, values = knock.door, knock.values
        if door.route.startswith("/"):
            return door.route
        in_path = {name: values[name] for name in self.parameters_of(door)}
        path = reverse(door.route, URLCONFS[self.place], kwargs=in_path)
        query = urlencode({slot: str(values[slot]) for slot in door.query})
        return f"{path}?{query}" if query else path

    # What came back ---------------------------------------------------------------------------------------------------
    def read(self, knock: Knock, response: HttpResponseBase, body: bytes) -> Answer:
        """Without what was asked for, and what each answer has of its own."""
        address = self.address(knock)
        asked = [address, quote(address), *(str(knock.values[slot]) for slot in knock.door.query)]
        headers = {name: without(value.encode(), asked).decode() for name, value in response.headers.items()}
        headers |= {**dict.fromkeys(OF_EACH_ALONE, ""), "cookies": " ".join(sorted(response.cookies))}
        return Answer(word_of(response, body), response.status_code, headers, without(body, asked))


def word_of(response: HttpResponseBase, body: bytes) -> str:
    status = response.status_code
    if status == 302 and response.headers["Location"].startswith("/accounts/login/?next="):
        return "sign-in"
    if status == 401:
        return "sign-in" if b"not signed in" in body else "key"
    named = {403: "no", 404: "gone", 405: "not so"}.get(status)
    return named or ("in" if status < 400 else "refused" if status < 500 else "broken")


def without(text: bytes, asked: list[str]) -> bytes:
    for part in asked:
        text = text.replace(part.encode(), b"...")
    return IN_EACH_ALONE.sub(rb"\1", text)


def difference(one: Answer, another: Answer) -> str:
    """The first."""
    pairs: list[tuple[object, object]] = [(one.status, another.status)]
    pairs += [(header, (header[0], another.headers.get(header[0]))) for header in one.headers.items()]
    pairs += zip_longest(one.body.splitlines(), another.body.splitlines())
    return next(f"{left!r} and {right!r}" for left, right in pairs if left != right)

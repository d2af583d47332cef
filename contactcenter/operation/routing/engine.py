"""The router's round, and the loop of the process that leads.

One process leads, by a session lock of PostgreSQL; the others stand by. A leader that is cut off without noticing does
no harm: claims are guarded row by row.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterable
from datetime import datetime, timedelta

import psycopg
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from psycopg import sql

from contactcenter.lib import clock, metrics
from contactcenter.operation.agents.services import LOST_AFTER, web_was_away
from contactcenter.operation.outbox import lines
from contactcenter.operation.outbox.services import ROUTER_CHANNEL
from contactcenter.operation.routing import policy, services
from contactcenter.operation.routing.claims import Claim, Won, claim
from contactcenter.operation.routing.picture import Picture, Ring
from contactcenter.operation.routing.reconciler import reconcile
from contactcenter.operation.routing.setting_aside import note_failure
from contactcenter.operation.routing.sweeps import each, leave_lost_agents, sweep

log = logging.getLogger("router")

LEADER_LOCK = 0x63637274  # one number for this house's routers, in each database
BATCH = 500
SWEEP_EVERY = 1.0  # seconds
RECONCILE_EVERY = 5.0
AGAIN_AFTER = 0.05  # where a claim was lost to somebody who was just changing the row
STAND_BY = 1.0
PAUSES = (0.2, 0.5, 1.0, 2.0)  # while PostgreSQL is away
STOOD_STILL = timedelta(seconds=5)  # longer than this without a look: the router itself was away


def run() -> None:
    """Until the process is ended."""
    failures = 0
    while True:
        try:
            with psycopg.connect(**lines.parameters("contactcenter router")) as line:
                stand_by(line)
                failures = report_back(failures)
                lead(line)
        except (OperationalError, InterfaceError, psycopg.OperationalError) as error:
            connection.close()
            if not failures:
                log.warning("PostgreSQL is away, trying again: %s", first_line(error))
            time.sleep(PAUSES[min(failures, len(PAUSES) - 1)])
            failures += 1


def report_back(failures: int) -> int:
    if failures:
        log.warning("PostgreSQL is back")
    return 0


def first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def stand_by(line: psycopg.Connection[tuple[bool]]) -> None:
    """Returns once this process leads."""
    told = False
    while not holds_lock(line):
        if not told:
            log.info("standing by: another router leads")
            told = True
        time.sleep(STAND_BY)
    log.info("this router leads")


def holds_lock(line: psycopg.Connection[tuple[bool]]) -> bool:
    row = line.execute("SELECT pg_try_advisory_lock(%s)", [LEADER_LOCK]).fetchone()
    return row is not None and row[0]


def lead(line: psycopg.Connection[tuple[bool]]) -> None:
    line.execute(sql.SQL("LISTEN {}").format(sql.Identifier(ROUTER_CHANNEL)))  # before the picture is read: no gap
    leader = Leader(clock.now())
    wait = 0.0
    while True:
        news = {notice.payload for notice in line.notifies(timeout=wait, stop_after=1)}
        if news:
            news |= {notice.payload for notice in line.notifies(timeout=0)}
        leader.hear(news)
        wait = leader.turn(clock.now())  # a moment after what was heard: a slot is not taken before it was free


class Leader:
    """What one leadership keeps: the picture, and when it last looked at what."""

    def __init__(self, now: datetime) -> None:
        self.picture = Picture()
        self.picture.read_all()
        self.unheard: set[str] = set()  # read to have changed before any notification named it
        self.looked_at = self.watching_since = now
        self.swept_at = self.reconciled_at = now

    def turn(self, now: datetime) -> float:
        """Gives how many seconds may pass before the next, if nothing is heard."""
        if now - self.looked_at > STOOD_STILL:
            self.watching_since = now
        self.looked_at = now
        if now - self.swept_at >= timedelta(seconds=SWEEP_EVERY):
            self.swept_at = now
            sweep(now)
            # Nobody is called lost where heartbeats could not be heard, written or read: after the web, or this router,
            # was away itself.
            if web_was_away(now=now):
                self.watching_since = now
            if now - self.watching_since >= LOST_AFTER:
                leave_lost_agents(now)
        if now - self.reconciled_at >= timedelta(seconds=RECONCILE_EVERY):
            self.reconciled_at = now
            reconcile(now)
            self.check_picture()
        begun = time.perf_counter()
        beaten = route(self.picture, now)
        metrics.router_turns.observe(time.perf_counter() - begun)
        return AGAIN_AFTER if beaten else self.seconds_to_next(now)

    def hear(self, news: set[str]) -> None:
        self.unheard -= news
        hear(self.picture, news)

    def check_picture(self) -> None:
        """What is read may be newer than what was heard: its notification, also of the leader's own sweep, is still on
        the line. One that has not come by the next check never will: somebody changed a row and told nobody.
        """
        if self.unheard:
            log.warning("the picture was behind PostgreSQL, nobody told of: %s", ", ".join(sorted(self.unheard)))
        self.unheard = self.picture.read_all()

    def seconds_to_next(self, now: datetime) -> float:
        ahead = (ring.expires_at - now for ring in self.picture.rings.values() if ring.expires_at > now)
        return min(SWEEP_EVERY, min(ahead, default=timedelta(seconds=SWEEP_EVERY)).total_seconds())


def hear(picture: Picture, news: Iterable[str]) -> None:
    """Reads again what the notifications name: "item 7", "agent 3"."""
    named: dict[str, set[int]] = {"item": set(), "agent": set()}
    for payload in news:
        kind, _, number = payload.partition(" ")
        with contextlib.suppress(KeyError, ValueError):  # of another version of this product
            named[kind].add(int(number))
    if named["agent"]:
        picture.read_agents(named["agent"])
    if named["item"]:
        picture.read_items(named["item"])


def route(picture: Picture, now: datetime) -> bool:
    """One round: what rang too long goes back, who waits rings where there is room. Says whether a claim was lost."""
    put_aside_unreadable(picture, now)
    expire(picture, now)
    matches = policy.match(picture.items.values(), picture.agents.values(), now)[:BATCH]
    if not matches:
        return False
    claims = [
        Claim(match.item, picture.revisions[match.item], match.agent, picture.versions[match.agent])
        for match in matches
    ]
    won = claim_what_can(claims, now)
    note(picture, won)
    lost = [wanted for wanted in claims if wanted.item not in won.revisions]
    if lost:
        picture.read_agents({wanted.agent for wanted in lost})
        picture.read_items({wanted.item for wanted in lost})
    return bool(lost) or len(matches) == BATCH


def put_aside_unreadable(picture: Picture, now: datetime) -> None:
    for item_id, reason in picture.unreadable.items():
        note_failure(item_id=item_id, reason=reason, now=now)
    picture.unreadable.clear()


def expire(picture: Picture, now: datetime) -> None:
    over = sorted((ring.expires_at, item_id) for item_id, ring in picture.rings.items() if ring.expires_at <= now)
    due = {item_id: picture.rings[item_id].agent for _expired_at, item_id in over}
    if due:
        each(due, lambda item_id: services.ring_no_answer(item_id=item_id, now=now))
        picture.read_agents(set(due.values()))
        picture.read_items(set(due))


def claim_what_can(claims: list[Claim], now: datetime) -> Won:
    """All at once; where the database refuses one, each alone, so that only that one fails."""
    try:
        return claim(claims, now)
    except OperationalError:
        raise
    except DatabaseError:
        won = Won()
    for wanted in claims:
        try:
            alone = claim([wanted], now)
        except OperationalError:
            raise
        except DatabaseError as error:
            note_failure(item_id=wanted.item, reason=first_line(error), now=now)
            continue
        won.offers += alone.offers
        won.revisions |= alone.revisions
        won.capacities += alone.capacities
    return won


def note(picture: Picture, won: Won) -> None:
    """What was won, without reading it again."""
    for offer in won.offers:
        picture.items.pop(offer.item_id, None)
        picture.rings[offer.item_id] = Ring(offer.agent_id, offer.expires_at)
    picture.revisions |= won.revisions
    for capacity in won.capacities:
        picture.fill(capacity)

"""What a desk is told after its snapshot: the part that changed, as it stands now. Run in the shared schema."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from contactcenter.faces.desk.cards import Card, card_of, versions_of
from contactcenter.faces.desk.notices import NoticeFrame, notice_frames
from contactcenter.faces.desk.rights import looked_at, readable, served_companies
from contactcenter.faces.desk.snapshot import Me, Question, Setting, Snapshot, me, open_questions, setting
from contactcenter.operation.agents.models import Agent, Capacity
from contactcenter.operation.routing.models import WorkItem
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.frames import DeskNews, DeskSnapshot, desk_news, desk_snapshot
from contactcenter.records.conversations.models import Conversation
from tenants.door import tenant

TalkKey = tuple[str, UUID]  # schema, conversation


def open_talk(agent: Agent, schema: str, conversation_id: UUID) -> DeskSnapshot:
    """All of a conversation. Raises NotFound, foreign or missing alike."""
    with readable(agent, schema, conversation_id) as talk:
        looked_at(talk)
        everything = conversations.newer_than(talk.conversation, 0, notes=True)
        return desk_snapshot(tenant=talk.company, everything=everything, user=agent.user)


def talk_news(agent: Agent, schema: str, conversation_id: UUID, revision: int) -> DeskNews | None:
    """What is newer than `revision`; None when nothing is. Raises NotFound when the agent may not read it."""
    with readable(agent, schema, conversation_id) as talk:
        if talk.conversation.revision <= revision:
            return None
        newer = conversations.newer_than(talk.conversation, revision, notes=True)
        return desk_news(tenant=talk.company, newer=newer)


def card_news(agent: Agent, item_id: int, opened: Mapping[TalkKey, int]) -> tuple[Card | None, DeskNews | None]:
    """The item's card, with what is newer in its conversation where that is opened, up to the revision given there."""
    card = card_of(agent, item_id)
    if card is None:
        return None, None
    talk = (card["company"], UUID(card["conversation"]))
    if opened.get(talk, card["rev"]) >= card["rev"]:
        return card, None
    with suppress(conversations.NotFound):  # the news of the conversation itself tell that
        return card, talk_news(agent, *talk, opened[talk])
    return card, None


def questions_of(agent: Agent) -> list[Question]:
    return open_questions(agent, served_companies(agent))


@dataclass
class Sent:
    """What stands on a desk, as its socket was told. `revision` is the highest of the agent's stream that it was sent,
    `whole` that of its last snapshot.
    """

    whole: int
    revision: int
    me: Me
    versions: dict[int, int]  # work item → its version
    questions: list[Question]
    notices: list[NoticeFrame]
    setting: Setting

    def step(self, revision: int) -> int:
        self.revision = max(self.revision, revision)
        return self.revision

    @classmethod
    def of(cls, whole: Snapshot) -> Sent:
        return cls(
            whole=whole["rev"],
            revision=whole["rev"],
            me=whole["me"],
            versions={card["id"]: card["version"] for card in whole["items"]},
            questions=whole["questions"],
            notices=whole["notices"],
            setting={
                "companies": whole["companies"],
                "queues": whole["queues"],
                "breaks": whole["breaks"],
                "dispositions": whole["dispositions"],
            },
        )


@dataclass
class Missed:
    """What a heartbeat shows to be behind. `snapshot`: news of the agent's own stream were lost, or what admins set is
    another: so all of it.
    """

    snapshot: bool = False
    cards: list[Card] = field(default_factory=list)
    talks: list[DeskNews] = field(default_factory=list)
    hidden: list[TalkKey] = field(default_factory=list)
    questions: list[Question] | None = None  # all that stand now, where they differ
    notices: list[NoticeFrame] | None = None  # the same


def missed(
    agent: Agent,
    sent: Sent,
    known: Mapping[TalkKey, int],
    opened: set[TalkKey],
    now: datetime,
    *,
    with_setting: bool,
) -> Missed:
    """`known` are the revisions the desk has of its cards' and its opened conversations.

    Several news may share a revision of the agent's stream, and any of them may be lost: so more than that is compared.
    """
    version = Capacity.objects.get(agent=agent).version
    same = (version, me(agent), versions_of(agent)) == (sent.revision, sent.me, sent.versions)
    if same and with_setting:
        same = setting(agent, list(served_companies(agent))) == sent.setting
    found = Missed(snapshot=not same)
    behind = behind_of(agent, known)
    for schema, conversation_id in behind & opened:
        try:
            news = talk_news(agent, schema, conversation_id, known[schema, conversation_id])
        except conversations.NotFound:
            found.hidden.append((schema, conversation_id))
            continue
        if news:
            found.talks.append(news)
    if behind and not found.snapshot:
        here = WorkItem.objects.filter(pk__in=sent.versions, conversation__in={talk for _schema, talk in behind})
        cards = [card_of(agent, item) for item in here.values_list("pk", flat=True)]
        found.cards = [card for card in cards if card]
    notices = notice_frames(agent, now)
    found.notices = notices if notices != sent.notices else None
    questions = questions_of(agent)
    found.questions = questions if questions != sent.questions else None
    return found


def behind_of(agent: Agent, known: Mapping[TalkKey, int]) -> set[TalkKey]:
    """One query for each company that is named and served; what is not served is passed over."""
    by_company: dict[str, dict[UUID, int]] = defaultdict(dict)
    for (schema, conversation_id), revision in known.items():
        by_company[schema][conversation_id] = revision
    behind: set[TalkKey] = set()
    for company in served_companies(agent).filter(schema_name__in=by_company):
        theirs = by_company[company.schema_name]
        with tenant(company.schema_name):
            rows = Conversation.objects.filter(pk__in=theirs).values_list("pk", "revision")
            behind |= {(company.schema_name, pk) for pk, revision in rows if revision > theirs[pk]}
    return behind

"""What staff write beside a conversation: notes, private questions to a colleague, drafts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from contactcenter.lib import groups
from contactcenter.operation.accounts.models import Role, User
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.outbox import services as outbox
from contactcenter.records.conversations.errors import IdTaken, NotFound, UnknownColleague
from contactcenter.records.conversations.models import Conversation, Draft, Note
from contactcenter.records.conversations.reading import readable
from contactcenter.records.conversations.services.timeline import lock, tell, typed_text
from tenants.models import Tenant

NOTE_LIMIT, DRAFT_LIMIT = 4000, 10000


def add_note(
    *,
    tenant: Tenant,
    user: User,
    conversation_id: UUID,
    note_id: UUID,
    text: str,
    now: datetime,
    kind: Note.Kind = Note.Kind.NOTE,
    to: int | None = None,
    answers: UUID | None = None,
) -> Note:
    """A note, a private question (`to` a colleague's user id) or the answer to one (`answers` the question's id).
    Whoever may read the conversation may write one; who is asked may from then on read it. The same id again gives the
    same note.

    Raises NotFound, UnknownColleague, Empty, TooLong, IdTaken.
    """
    if kind not in (Note.Kind.NOTE, Note.Kind.QUESTION, Note.Kind.ANSWER):
        raise ValueError(kind)
    text = typed_text(text, limit=NOTE_LIMIT)
    with transaction.atomic():
        readable(tenant=tenant, user=user, conversation_id=conversation_id)
        conversation = lock(tenant, conversation_id)
        repeated = Note.objects.filter(pk=note_id).first()
        if repeated is not None:
            if repeated.conversation_id != conversation.pk or repeated.author_id != user.pk:
                raise IdTaken(note_id)
            return repeated
        colleague = colleague_for(tenant, user, to) if kind == Note.Kind.QUESTION else None
        question = question_to(user, conversation, answers) if kind == Note.Kind.ANSWER else None
        note = write_note(
            conversation,
            note_id=note_id,
            kind=kind,
            author_id=user.pk,
            to_id=colleague.pk if colleague else question.author_id if question else None,
            answers=question,
            text=text,
            now=now,
        )
        if colleague is not None or question is not None:
            tell_asked(tenant, conversation, [colleague.pk if colleague else user.pk])
        tell(tenant, conversation, visitor=False)
    return note


def tell_open_questions(tenant: Tenant, conversation: Conversation) -> None:
    """Call where a conversation ends or goes on: nobody need answer what was asked about one that is over."""
    open_ones = Note.objects.filter(conversation=conversation, kind=Note.Kind.QUESTION, answered_by=None)
    tell_asked(tenant, conversation, {note.to_id for note in open_ones if note.to_id is not None})


def tell_asked(tenant: Tenant, conversation: Conversation, users: Iterable[int]) -> None:
    outbox.write(
        [
            outbox.pushed(
                name="questions.changed",
                group=groups.user(user),
                schema=tenant.schema_name,
                object_id=str(conversation.pk),
                revision=conversation.revision,
            )
            for user in users
        ]
    )


def write_note(
    conversation: Conversation,
    *,
    kind: Note.Kind,
    author_id: int,
    text: str,
    now: datetime,
    to_id: int | None = None,
    answers: Note | None = None,
    note_id: UUID | None = None,
) -> Note:
    conversation.take_revision()
    note = Note(
        conversation=conversation,
        after_sequence=conversation.last_sequence,
        revision=conversation.revision,
        kind=kind,
        author_id=author_id,
        to_id=to_id,
        answers=answers,
        text=text,
        created_at=now,
    )
    if note_id is not None:
        note.pk = note_id
    try:
        with transaction.atomic():
            note.save(force_insert=True)
    except IntegrityError as error:
        raise IdTaken(note.pk) from error
    return note


def colleague_for(tenant: Tenant, asking: User, user_id: int | None) -> User:
    """One who serves this company, or a supervisor."""
    people = User.objects.filter(is_active=True).exclude(pk=asking.pk)
    colleague = people.filter(pk=user_id).first() if user_id else None
    if colleague is not None and (
        colleague.role == Role.SUPERVISOR
        or Agent.objects.filter(user=colleague, is_active=True, tenants=tenant.pk).exists()
    ):
        return colleague
    raise UnknownColleague(user_id)


def question_to(user: User, conversation: Conversation, note_id: UUID | None) -> Note:
    asked = Note.objects.filter(conversation=conversation, kind=Note.Kind.QUESTION, to=user)
    question = asked.filter(pk=note_id).first() if note_id else None
    if question is None:
        raise NotFound(note_id)
    return question


def save_draft(*, tenant: Tenant, user: User, conversation_id: UUID, text: str, now: datetime) -> None:
    """What the agent has typed and not sent; an empty text clears it. Raises NotFound, TooLong."""
    text = typed_text(text, limit=DRAFT_LIMIT, required=False)
    conversation = readable(tenant=tenant, user=user, conversation_id=conversation_id)
    if not text:
        Draft.objects.filter(conversation=conversation, user=user).delete()
        return
    Draft.objects.update_or_create(conversation=conversation, user=user, defaults={"text": text, "saved_at": now})

"""Every frame that names something: what of it is tried foreign and missing, and what is answered then. By hand, after
docs/protocol.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Ask:
    """`swapped` and `own` name the thing in a field: the first is tried foreign and missing, the other is always
    their own.
    """

    name: str
    code: str  # of the error; empty where nothing is done, and that was all that was wanted
    swapped: Mapping[str, str]
    own: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)


TALK = {"company": "company", "conversation": "talk"}
ITEM = {"item": "item"}
QUESTION = {"text": "May I?", "kind": "question"}
DESK = [
    Ask("conversation.open", "not_found", TALK),
    Ask("message.send", "not_found", TALK, fields={"text": "hello", "files": []}),
    Ask("message.send", "file_gone", {"files": "file"}, own=TALK, fields={"text": "hello"}),
    Ask("note.add", "not_found", TALK, fields={"text": "hello", "kind": "note"}),
    Ask(
        "note.add", "unknown_colleague", {"to": "colleague's user"}, own=TALK, fields={"text": "?", "kind": "question"}
    ),
    Ask("note.add", "not_found", {"answers": "question"}, own=TALK, fields={"text": "yes", "kind": "answer"}),
    Ask("typing", "not_found", TALK, fields={"on": True}),
    Ask("read", "not_found", TALK, fields={"sequence": 1}),
    Ask("draft.save", "not_found", TALK, fields={"text": "hello"}),
    Ask("message.redact", "not_found", TALK, own={"message": "message"}),
    Ask("message.redact", "not_found", {"message": "message"}, own=TALK),
    Ask("conversation.finish", "not_found", TALK),
    Ask("customer.block", "not_found", TALK, fields={"reason": "rude"}),
    Ask("offer.accept", "offer_gone", {"item": "offer"}),
    Ask("offer.decline", "", {"item": "offer"}),  # nothing to decline is declined
    Ask("item.focus", "not_yours", ITEM),
    Ask("item.transfer", "not_yours", ITEM, fields={"warm": False, "note": ""}),
    Ask("item.transfer", "no_such_target", {"queue": "queue"}, own=ITEM, fields={"warm": False, "note": ""}),
    Ask("item.transfer", "no_such_target", {"agent": "colleague"}, own=ITEM, fields={"warm": False, "note": ""}),
    Ask("wrap_up.extend", "not_yours", ITEM),
    Ask("wrap_up.finish", "not_yours", ITEM, fields={"disposition": "solved", "summary": "", "then": ""}),
]
FLOOR = [
    Ask("item.move", "no_such_target", {"queue": "queue"}, own={"item": "waiting item"}),
    Ask("item.reassign", "no_such_target", {"agent": "colleague"}, own={"item": "waiting item"}),
]
WIDGET = [Ask("message.send", "file_gone", {"files": "file"}, fields={"text": "hello"})]

# What names nothing, and on the floor what nothing is foreign to.
NAMELESS = {
    "/ws/desk/": {"hello", "heartbeat", "presence.set"},
    "/ws/floor/": {"hello", "heartbeat", "item.reprioritise", "item.story", "agent.force", "agent.day"},
    "/ws/wall/": {"hello", "heartbeat"},
    "/ws/widget/": {"hello", "heartbeat", "typing", "read", "conversation.leave", "conversation.end"},
}
FRAMES = {"/ws/desk/": DESK, "/ws/floor/": FLOOR, "/ws/wall/": [], "/ws/widget/": WIDGET}

"""What may be done with a work item. Each is one transaction of its own, or part of the caller's."""

from contactcenter.operation.routing.answering import accept, decline, ring_no_answer
from contactcenter.operation.routing.entering import enqueue, live_item, position
from contactcenter.operation.routing.errors import (
    AlreadyExtended,
    BadPriority,
    NoSuchTarget,
    NotAllowed,
    NotHeld,
    NotWaiting,
    OfferGone,
    QueueFull,
    RoutingError,
)
from contactcenter.operation.routing.handling import (
    close,
    expire_wrap_up,
    extend_wrap_up,
    finish_handling,
    focus,
    resume,
)
from contactcenter.operation.routing.leaving import abandon, leave_behind, transfer
from contactcenter.operation.routing.places import places
from contactcenter.operation.routing.serving import anybody_for
from contactcenter.operation.routing.steering import check_steers, move, reassign, reprioritise

__all__ = [
    "AlreadyExtended",
    "BadPriority",
    "NoSuchTarget",
    "NotAllowed",
    "NotHeld",
    "NotWaiting",
    "OfferGone",
    "QueueFull",
    "RoutingError",
    "abandon",
    "accept",
    "anybody_for",
    "check_steers",
    "close",
    "decline",
    "enqueue",
    "expire_wrap_up",
    "extend_wrap_up",
    "finish_handling",
    "focus",
    "leave_behind",
    "live_item",
    "move",
    "places",
    "position",
    "reassign",
    "reprioritise",
    "resume",
    "ring_no_answer",
    "transfer",
]

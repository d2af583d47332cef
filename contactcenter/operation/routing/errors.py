"""Why routing refused. `code` is what a face puts into its answer, `field` the input it concerns."""

from __future__ import annotations


class RoutingError(Exception):
    code = "refused"
    field = ""


class QueueFull(RoutingError):
    """As many wait as the queue takes: say so, and let the customer leave a message."""

    code = "queue_full"


class OfferGone(RoutingError):
    """Answered, expired or withdrawn meanwhile."""

    code = "offer_gone"


class NotHeld(RoutingError):
    """This agent does not hold the work item, or not in that state."""

    code = "not_yours"


class NoSuchTarget(RoutingError):
    """A queue of another company, or a colleague who cannot take it now."""

    code = "no_such_target"


class NotAllowed(RoutingError):
    """Only a supervisor or an admin steers the floor."""

    code = "not_allowed"


class NotWaiting(RoutingError):
    """Answered, over or gone meanwhile."""

    code = "not_waiting"


class BadPriority(RoutingError):
    """Priorities go from -2 to 2."""

    code = "not_chosen"
    field = "priority"


class AlreadyExtended(RoutingError):
    """A wrap-up is extended once."""

    code = "extended"

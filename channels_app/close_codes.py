"""Why the server closes a socket: docs/protocol.md, section 1."""

from enum import IntEnum


class Close(IntEnum):
    """Why the server closes. Only 1000 and 3000 to 4999 can be sent through daphne."""

    RESTARTING = 4012
    MALFORMED = 4400
    NOT_SIGNED_IN = 4401
    REVOKED = 4403
    IDLE = 4408
    CROWDED_OUT = 4409
    WRONG_VERSION = 4412
    TOO_BIG = 4413
    TOO_OFTEN = 4429

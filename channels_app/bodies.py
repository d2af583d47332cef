"""How much a request may bring. daphne takes a body of any size, and all of it into memory, before anybody is asked:
one stranger could fill the machine.
"""

from __future__ import annotations

from typing import Any

from daphne import http_protocol

from contactcenter.records.files.services import SIZE_LIMIT

LARGEST_BODY = SIZE_LIMIT + 1024**2  # a file and what a form puts around it; a little too big is refused in words
WORDS = b'{"type": "about:blank", "title": "Content Too Large", "status": 413, "detail": "Send less at once."}'
TOO_BIG = (
    b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Type: application/problem+json\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(WORDS), WORDS)
)


class BoundedRequest(http_protocol.WebRequest):
    _parsePOSTFormSubmission = False  # Twisted's own reading of forms: Django reads them, and not in the event loop

    brought = 0
    refused = False

    def gotLength(self, length: int | None) -> None:
        super().gotLength(length)
        if length is not None and length > LARGEST_BODY:
            self.refuse()

    def handleContentChunk(self, data: bytes) -> None:
        self.brought += len(data)
        if self.brought > LARGEST_BODY:
            self.refuse()
        if not self.refused:
            super().handleContentChunk(data)

    def requestReceived(self, *request_line: Any) -> None:
        if not self.refused:
            super().requestReceived(*request_line)

    def refuse(self) -> None:
        if not self.refused:
            self.refused = True
            self.channel.transport.write(TOO_BIG)
            self.channel.loseConnection()


def bound_bodies() -> None:
    """daphne has no setting for it: its connections take the class by this name."""
    http_protocol.WebRequest = BoundedRequest

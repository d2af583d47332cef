"""What a request is refused for before anybody is asked. daphne takes a body of any size, and all of it into memory:
one stranger could fill the machine. And whoever opens a socket while the process is late would delay those inside.
"""

from __future__ import annotations

from typing import Any

from daphne import http_protocol

from channels_app.lateness import lateness
from contactcenter.records.files.services import SIZE_LIMIT

LARGEST_BODY = SIZE_LIMIT + 1024**2  # a file and what a form puts around it; a little too big is refused in words
WORDS = b'{"type": "about:blank", "title": "Content Too Large", "status": 413, "detail": "Send less at once."}'
TOO_BIG = (
    b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Type: application/problem+json\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(WORDS), WORDS)
)
TOO_BUSY = b"HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"


class BoundedRequest(http_protocol.WebRequest):
    brought = 0
    refused = False

    def __init__(self, *args: Any, **options: Any) -> None:
        """Twisted would read forms too, all of them in the event loop: Django reads them, and not there."""
        super().__init__(*args, **{**options, "parsePOSTFormSubmission": False})

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

    def process(self) -> Any:
        """A socket that is turned away here costs a third of one that is let in to be refused."""
        if self.requestHeaders.hasHeader(b"upgrade") and lateness.turns_away(self.path):
            self.refuse(TOO_BUSY)
            return None
        return super().process()

    def refuse(self, answer: bytes = TOO_BIG) -> None:
        if not self.refused:
            self.refused = True
            self.channel.transport.write(answer)
            self.channel.loseConnection()


def bound_bodies() -> None:
    """daphne has no setting for it: its connections take the class by this name."""
    http_protocol.WebRequest = BoundedRequest

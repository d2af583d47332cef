"""Threads for the database work of sockets, apart by who waits for it: those who come delay neither those who talk nor
the agents, and the visitors of one company do not delay those of another. What is done for all sockets together goes by
the thread that the other hops of a process share.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock
from typing import Any

from tenants import door

Work = Callable[[], None]


class Lane:
    """`each` is how many threads one company has at most: the others stay for the others."""

    def __init__(self, name: str, *, threads: int, each: int) -> None:
        self.each = each
        self.busy: Counter[str] = Counter()
        self.waiting: dict[str, deque[Work]] = {}  # by company, the one that had its turn last comes last
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._lock = Lock()

    @contextmanager
    def __call__(self, company: str) -> Iterator[None]:
        """The hops of this task, and of those it begins, are done here."""
        token = door.threads.set(Turns(self, company))
        try:
            yield
        finally:
            door.threads.reset(token)

    def put(self, company: str, work: Work) -> None:
        with self._lock:
            self.waiting.setdefault(company, deque()).append(work)
        self._pool.submit(self._next)

    def _next(self) -> None:
        """One for each that was put; whoever finds only companies that have all their threads leaves it to them."""
        while (found := self._take()) is not None:
            company, work = found
            try:
                work()
            finally:
                with self._lock:
                    self.busy[company] -= 1

    def _take(self) -> tuple[str, Work] | None:
        with self._lock:
            company = next((name for name in self.waiting if self.busy[name] < self.each), None)
            if company is None:
                return None
            works = self.waiting.pop(company)
            work = works.popleft()
            if works:
                self.waiting[company] = works
            self.busy[company] += 1
            return company, work


class Turns(Executor):
    """A lane as one company's tasks see it."""

    def __init__(self, lane: Lane, company: str) -> None:
        self.lane, self.company = lane, company

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()

        def run() -> None:
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(work(*args, **kwargs))
                except BaseException as error:  # noqa: BLE001  whoever waits for it is told
                    future.set_exception(error)

        self.lane.put(self.company, run)
        return future


COMING = Lane("coming", threads=1, each=1)
VISITORS = Lane("visitors", threads=2, each=1)
STAFF = Lane("staff", threads=2, each=2)

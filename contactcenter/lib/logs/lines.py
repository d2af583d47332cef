"""How a record becomes a line: readable, or JSON for machines (LOG_FORMAT=json). Either way scrubbed."""

from __future__ import annotations

import json
import logging
import os
from datetime import UTC, datetime
from typing import Any

from contactcenter.lib.logs import about
from contactcenter.lib.logs.faults import told_of
from contactcenter.lib.logs.scrub import scrub

PLAIN, JSON = "plain", "json"
# What a line may carry beside its message: ids, names of ours, and numbers. Nothing else gets into one.
IDS = ("company", "request_id", "user_id", "socket", "task_id")
MEASURES = ("method", "route", "status", "ms", "task", "seconds", "code", "frames_in", "frames_out")
# One record is one line, whatever was put into it (ASVS V16.4.1).
LINE_ENDS = {ord(character): "⏎" for character in "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"} | {0x1B: "␛", 0: "␀"}


def configuration(*, style: str, level: str, process: str) -> dict[str, Any]:
    """For Django's LOGGING. Raises ValueError."""
    if style not in (PLAIN, JSON):
        raise ValueError(f"LOG_FORMAT={style}: write {PLAIN} or {JSON}.")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": AsJson if style == JSON else AsText, "process": process}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        # What strangers ask for in vain is no news of ours, and may hold anything they typed.
        "loggers": {
            "django.request": {"level": "ERROR"},
            "daphne": {"level": "WARNING"},
            "celery": {"level": "WARNING"},
            "fido2": {"level": "WARNING"},
            "urllib3": {"level": "ERROR"},
        },
        "root": {"handlers": ["stderr"], "level": level},
    }


class Line(logging.Formatter):
    def __init__(self, *, process: str) -> None:
        super().__init__()
        self.process = process

    def format(self, record: logging.LogRecord) -> str:
        known = {**about.known(), **record.__dict__}
        return self.write(
            {
                "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
                "level": record.levelname,
                "logger": record.name,
                "message": scrub(record.getMessage()).translate(LINE_ENDS),
                "process": self.process,
                "pid": os.getpid(),
                **{name: clean(known[name]) for name in (*IDS, *MEASURES) if name in known},
                **({"exception": scrub(told_of(record.exc_info[1]))} if record.exc_info and record.exc_info[1] else {}),
            }
        )

    def write(self, fields: dict[str, Any]) -> str:
        raise NotImplementedError


class AsJson(Line):
    def write(self, fields: dict[str, Any]) -> str:
        return json.dumps(fields, ensure_ascii=False)


class AsText(Line):
    """`INFO router this router leads company=aurora`. The places of an error follow on lines of their own."""

    def write(self, fields: dict[str, Any]) -> str:
        ids = [f"{name}={fields[name]}" for name in IDS if name in fields]
        line = " ".join([fields["level"], fields["logger"], fields["message"], *ids])
        return f"{line}\n{fields['exception']}" if "exception" in fields else line


def clean(value: object) -> object:
    return value if isinstance(value, int | float) else scrub(str(value)).translate(LINE_ENDS)

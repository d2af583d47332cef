"""Addresses that are keys, such as a wallboard's or a password reset's, do not stand in a log."""

import logging
import re

KEYS = re.compile(r"(/wall/|/password/reset/key/)[^/\s]+")


class HideKeys(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        hidden = KEYS.sub(r"\1…", said)
        if hidden != said:
            record.msg, record.args = hidden, None
        return True

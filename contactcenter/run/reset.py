"""`reset`: deletes the demo's data, after asking, and never under something that runs."""

from __future__ import annotations

import os
import shutil

from contactcenter.run.living import postgres_processes
from contactcenter.run.place import Place, hold
from contactcenter.run.refusal import Refusal
from contactcenter.run.terminal import say

OURS = ("run", "sockets", "postgres", "secret_key")  # what a folder of ours holds at least one of


def reset(place: Place) -> int:
    if not place.data.exists():
        say(f"There is nothing to delete: {place.data} does not exist.")
        return 0
    if not any((place.data / name).exists() for name in OURS):
        raise Refusal(
            f"{place.data} does not look like a data folder of this product: delete it yourself if it is one."
        )
    place.run.mkdir(exist_ok=True)
    lock = hold(place)
    try:
        if left := postgres_processes(place.data / "postgres"):
            raise Refusal(
                f"A PostgreSQL still runs in {place.data} (process {min(left)}): "
                "`make run` takes it over and Ctrl-C ends it."
            )
        say(f"This deletes all data in {place.data}: companies, conversations, files.")
        if not _confirmed():
            say("Nothing was deleted.")
            return 1
        shutil.rmtree(place.data)
        if place.sockets.parent != place.data:
            shutil.rmtree(place.sockets, ignore_errors=True)
    finally:
        os.close(lock)
    say("Deleted. `make run` starts afresh.")
    return 0


def _confirmed() -> bool:
    try:
        return input("Type yes to go on: ").strip() == "yes"
    except EOFError:
        return False

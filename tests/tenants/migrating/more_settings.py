"""The product's settings with further migrations of the files app, from a folder that a test has written."""

import os

from contactcenter.settings import *  # noqa: F403

MIGRATION_MODULES = {"files": os.environ["FILES_MIGRATIONS"]}

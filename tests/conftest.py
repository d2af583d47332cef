"""Real PostgreSQL and Redis. One migrated template database with three companies; each worker works on a clone of it."""

import os

import pytest

SCHEMAS = ("aurora", "borealis", "cumbre")

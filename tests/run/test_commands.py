"""What a person meets at the terminal."""

from __future__ import annotations

import ast
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from contactcenter.run.living import alive, cluster_name
from tests.run.started import ROOT, Started, clean_environment, command


def test_the_launcher_needs_the_standard_library_alone() -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import contactcenter.run.commands, contactcenter.run.reset"
    )
    subprocess.run([sys.executable, "-I", "-S", "-c", script], check=True)


def test_an_old_python_reaches_the_line_that_says_so() -> None:
    entry = (ROOT / "contactcenter" / "run" / "__main__.py").read_text()
    ast.parse(entry, feature_version=(3, 4))
    script = "import sys; sys.version_info = (3, 9, 2); sys.argv = ['run']; exec(sys.stdin.read())"
    done = subprocess.run([sys.executable, "-c", script], input=entry, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.strip() == (
        "This needs Python 3.11 or newer and python3 is 3.9: try `make PYTHON=python3.11 run`."
    )


def test_make_lists_its_targets() -> None:
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = (ROOT / "Makefile").read_text().split(".PHONY: ")[1].split("\n")[0].split()
    assert [line.split()[1] for line in listed.splitlines() if line.startswith("make ")] == targets
    assert {"run", "test", "quick", "soak", "reset"} <= set(targets)


@pytest.mark.parametrize("offset", [0, 1])
def test_a_taken_port_is_said_in_one_line(tmp_path: Path, offset: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1] - offset
        done = command("run", DATA_DIR=str(tmp_path / "data"), PORT=str(port))
    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {port + offset} is taken: stop what listens there")
    assert done.stderr.strip().count("\n") == 0


def test_a_step_that_fails_shows_its_last_lines(tmp_path: Path) -> None:
    script = """
import asyncio, sys
from pathlib import Path
from contactcenter.run.place import Place
from contactcenter.run.refusal import Refusal
from contactcenter.run.session import run_step, supervise
async def work(supervisor):
    await run_step("Migrating", [sys.executable, "-c", "print('it broke here'); raise SystemExit(4)"], {})
    return 0
try:
    supervise(Place(Path(sys.argv[1]), 1), work)
except Refusal as refusal:
    print(refusal)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    step, *rest = done.stdout.strip().splitlines()
    assert step.strip().startswith("✗ Migrating")
    assert rest == ["it broke here", "Migrating failed (code 4): see the lines above."]


def test_services_in_the_background(tmp_path: Path) -> None:
    data = tmp_path / "data"
    done = command("services", "--detach", DATA_DIR=str(data))
    try:
        assert done.returncode == 0, done.stderr
        assert f"export DATA_DIR={data}" in done.stdout
        started = Started(data, None)  # type: ignore[arg-type]
        pid = started.pid("supervisor")
        again = command("services", "--detach", DATA_DIR=str(data))
        assert "is already in use" in again.stderr
        assert (data / "env").exists()
    finally:
        command("services", "--stop", DATA_DIR=str(data))
    assert not alive(pid)
    assert command("services", "--stop", DATA_DIR=str(data)).stdout.strip() == f"Nothing runs in {data}."


class TestReset:
    @pytest.fixture
    def data(self, tmp_path: Path) -> Path:
        (tmp_path / "data" / "run").mkdir(parents=True)
        (tmp_path / "data" / "kept").write_text("kept")
        return tmp_path / "data"

    def test_deletes_after_a_yes(self, data: Path) -> None:
        assert command("reset", stdin="yes\n", DATA_DIR=str(data)).returncode == 0
        assert not data.exists()

    @pytest.mark.parametrize("answer", ["", "no\n", "y\n", "YES please\n"])
    def test_anything_else_deletes_nothing(self, data: Path, answer: str) -> None:
        done = command("reset", stdin=answer, DATA_DIR=str(data))
        assert "Nothing was deleted." in done.stdout
        assert done.returncode == 1
        assert (data / "kept").exists()

    def test_refuses_a_folder_of_something_else(self, tmp_path: Path) -> None:
        (tmp_path / "thesis.txt").write_text("years of work")
        done = command("reset", stdin="yes\n", DATA_DIR=str(tmp_path))
        assert "does not look like a data folder" in done.stderr
        assert (tmp_path / "thesis.txt").exists()

    def test_refuses_under_something_that_runs(self, data: Path) -> None:
        with subprocess.Popen(
            [sys.executable, "-c", HOLDS, str(data)], cwd=ROOT, stdout=subprocess.PIPE, env=clean_environment()
        ) as holder:
            assert holder.stdout is not None
            holder.stdout.readline()
            done = command("reset", stdin="yes\n", DATA_DIR=str(data))
            holder.kill()
        assert f"is already in use by process {holder.pid}" in done.stderr
        assert (data / "kept").exists()

    def test_refuses_while_a_database_server_lives_in_it(self, data: Path) -> None:
        (data / "postgres").mkdir()
        title = f"postgres: {cluster_name(data / 'postgres')}: checkpointer"
        with subprocess.Popen([title, "600"], executable="/bin/sleep") as server:
            done = command("reset", stdin="yes\n", DATA_DIR=str(data))
            server.kill()
        assert f"A PostgreSQL still runs in {data} (process {server.pid})" in done.stderr
        assert (data / "kept").exists()

    def test_nothing_there(self, tmp_path: Path) -> None:
        done = command("reset", DATA_DIR=str(tmp_path / "none"))
        assert (done.returncode, "There is nothing to delete" in done.stdout) == (0, True)


HOLDS = """
import sys, time
from pathlib import Path
from contactcenter.run.place import Place, hold
lock = hold(Place(Path(sys.argv[1]), 1))
print("held", flush=True)
time.sleep(600)
"""

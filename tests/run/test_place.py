from __future__ import annotations

import os
from pathlib import Path

import pytest

from contactcenter.run import place
from contactcenter.run.place import ROOT, Place, hold, make_folders, need_space, place_from
from contactcenter.run.refusal import Refusal


def test_it_lives_in_the_project_on_port_8000_unless_told_otherwise(tmp_path: Path) -> None:
    assert place_from({}) == Place(data=ROOT / ".data", port=8000)
    assert place_from({"DATA_DIR": "", "PORT": ""}) == Place(data=ROOT / ".data", port=8000)
    assert place_from({"DATA_DIR": str(tmp_path), "PORT": "9000"}) == Place(data=tmp_path, port=9000)


def test_tests_keep_away_from_the_data_of_the_demo(tmp_path: Path) -> None:
    assert place_from({}, tests=True).data == ROOT / ".data-test"
    assert place_from({"DATA_DIR": str(tmp_path / "x")}, tests=True).data == tmp_path / "x-test"


@pytest.mark.parametrize("port", ["http", "-1", "0", "65535", "99999", "80 00"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(Refusal, match="choose a number from 1 to 65534"):
        place_from({"PORT": port})


def test_sockets_stay_in_the_data_folder_where_their_path_is_short_enough() -> None:
    near = Place(data=Path("/srv/" + "d" * 64), port=1)
    far = Place(data=Path("/srv/" + "d" * 69), port=1)
    assert near.sockets == near.data / "sockets"
    assert far.sockets.parent != far.data
    for one in (near, far):
        assert len(os.fsencode(one.sockets / "postgres" / ".s.PGSQL.5432.lock")) <= 107


def test_a_folder_that_cannot_be_made_names_the_cure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refusal, match="choose another"):
        make_folders(Place(data=tmp_path / "file" / "data", port=1))
    with pytest.raises(Refusal, match="choose another"):
        make_folders(Place(data=tmp_path / "file", port=1))


def test_the_lock_is_free_again_when_its_holder_is_gone(tmp_path: Path) -> None:
    here = Place(data=tmp_path / "data", port=1)
    make_folders(here)
    first = hold(here)
    with pytest.raises(Refusal, match=f"in use by process {os.getpid()}"):
        hold(here)
    os.close(first)
    os.close(hold(here))


def test_a_full_disk_is_said_before_work_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "free_bytes", lambda folder: 120_000_000)
    need_space(tmp_path, megabytes=120, purpose="the data folder")
    with pytest.raises(Refusal, match="has 120 MB free, the installation needs 1500 MB: free some space"):
        need_space(tmp_path, megabytes=1500, purpose="the installation")

"""Log files that are turned over."""

from __future__ import annotations

from pathlib import Path

from kb.worker.log_files import KEPT, turn_over


def test_a_large_one_makes_room_and_only_so_many_stay(tmp_path: Path) -> None:
    file = tmp_path / "access.log"
    turn_over(file, 10)
    for nth in range(KEPT + 3):
        file.write_text(f"{nth} and more of it")
        turn_over(file, 10)
    assert not file.exists()
    names = [f"access.log.{nth}" for nth in range(1, KEPT + 1)]
    assert sorted(one.name for one in tmp_path.iterdir()) == names
    assert (tmp_path / "access.log.1").read_text().startswith(str(KEPT + 2))


def test_a_small_one_stays(tmp_path: Path) -> None:
    file = tmp_path / "access.log"
    file.write_text("few")
    turn_over(file, 10)
    assert file.read_text() == "few"

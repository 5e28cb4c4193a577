"""Killed in the middle of its work: nothing lost, nothing twice, all replies arrive in order (at length: make soak)."""

from pathlib import Path

from bench.far import Feishu
from bench.soak import small_home, soak


async def test_a_killed_process_on_sqlite_loses_nothing_and_does_nothing_twice(tmp_path: Path) -> None:
    home = await small_home(tmp_path / "home")
    url = f"sqlite:///{home / 'dudao.db'}"
    assert await soak(tmp_path, [home], url, rounds=1, messages=40, chats=12) >= 40


async def test_two_processes_on_one_postgresql_lose_nothing_when_one_is_killed(tmp_path: Path, postgres: str) -> None:
    homes = [await small_home(tmp_path / name, postgres) for name in ("one", "two")]
    assert await soak(tmp_path, homes, postgres, rounds=1, messages=40, chats=12) >= 40


async def test_two_processes_on_feishus_long_connections_lose_nothing_when_one_is_killed(
    tmp_path: Path, postgres: str
) -> None:
    homes = [await small_home(tmp_path / name, postgres) for name in ("one", "two")]
    assert await soak(tmp_path, homes, postgres, Feishu, rounds=1, messages=40, chats=12) >= 40

"""Two processes on one home."""

from pathlib import Path

import pytest
from conftest import Opens

from bot.alone import Taken, alone


async def test_on_sqlite_a_second_process_is_told_and_the_next_one_may_begin(own_home: Path, house: Opens) -> None:
    async with house(own_home) as app:
        with alone(app.settings, app.database):
            second = alone(app.settings, app.database)
            with pytest.raises(Taken, match=r"已经有一个 dudao run.*PostgreSQL"):
                second.__enter__()
        with alone(app.settings, app.database):
            assert (own_home / "serving.lock").exists()

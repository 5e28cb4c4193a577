"""Places on mainland China's maps go back to where they are; places anywhere else stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feishu.gcj02 import gcj02, wgs84

SHOWN = {  # (there, as the map shows it), as published with other converters
    "Shanghai": ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
    "Shenzhen": ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
    "Beijing": ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
}


@pytest.mark.parametrize(("there", "shown"), SHOWN.values(), ids=list(SHOWN))
def test_what_a_map_shows_in_a_known_city_is_put_back(there: tuple[float, float], shown: tuple[float, float]) -> None:
    assert gcj02(*there) == pytest.approx(shown, abs=1e-9)
    assert wgs84(*shown) == pytest.approx(there, abs=1e-6)


@pytest.mark.parametrize(
    "there",
    [(25.0330, 121.5654), (1.3521, 103.8198), (37.5665, 126.9780), (21.0285, 105.8542), (35.6762, 139.6503), (0, 0)],
    ids=["Taipei", "Singapore", "Seoul", "Hanoi", "Tokyo", "nowhere"],
)
def test_abroad_nothing_moves(there: tuple[float, float]) -> None:
    assert wgs84(*there) == there


@given(latitude=st.floats(29.6, 42.8), longitude=st.floats(80, 120))
def test_the_way_there_and_back_ends_where_it_began(latitude: float, longitude: float) -> None:
    assert wgs84(*gcj02(latitude, longitude)) == pytest.approx((latitude, longitude), abs=2e-6)


@given(latitude=st.floats(-90, 90), longitude=st.floats(-180, 180))
def test_nothing_is_moved_further_than_a_kilometre(latitude: float, longitude: float) -> None:
    assert wgs84(latitude, longitude) == pytest.approx((latitude, longitude), abs=0.02)

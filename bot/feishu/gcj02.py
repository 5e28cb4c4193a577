"""Mainland China's maps show every place up to 700 m away from where it is (GCJ-02): back to WGS 84, within a metre."""

from math import cos, pi, sin, sqrt

_AXIS, _ECCENTRICITY = 6378245.0, 0.00669342162296594323  # of the Krasovsky 1940 ellipsoid, the latter squared
_ROUNDS = 4  # of a fixed point that comes at least ten times nearer with each
_BOXES = (  # north, west, south, east: where these maps are shifted
    (49.2204, 79.4462, 42.8899, 96.3300),
    (54.1415, 109.6872, 39.3742, 135.0002),
    (42.8899, 73.1246, 29.5297, 124.1433),
    (29.5297, 82.9684, 26.7186, 97.0352),
    (29.5297, 97.0253, 20.4141, 124.3674),
    (20.4141, 107.9758, 17.8715, 111.7441),
)
_ABROAD = (  # within these boxes, but not: Taiwan, Vietnam and Laos, Mongolia and Russia
    (25.3986, 119.9213, 21.7850, 122.4976),
    (22.2840, 101.8652, 20.0988, 106.6650),
    (21.5422, 106.4525, 20.4878, 108.0510),
    (55.8175, 109.0323, 50.3257, 119.1270),
    (55.8175, 127.4568, 49.5574, 137.0227),
    (44.8922, 131.2662, 42.5692, 137.0227),
)


def wgs84(latitude: float, longitude: float) -> tuple[float, float]:
    """(latitude, longitude) in degrees of a place that such a map shows there; the same where maps are not shifted."""
    if not _within(_BOXES, latitude, longitude) or _within(_ABROAD, latitude, longitude):
        return latitude, longitude
    here = latitude, longitude
    for _ in range(_ROUNDS):
        shown = gcj02(*here)
        here = here[0] + latitude - shown[0], here[1] + longitude - shown[1]
    return round(here[0], 6), round(here[1], 6)


def gcj02(latitude: float, longitude: float) -> tuple[float, float]:
    """Where such a map shows a place, as everyone computes it: the shift itself was never published."""
    x, y = longitude - 105.0, latitude - 35.0
    ripple = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + ripple
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi) + 160 * sin(y / 12 * pi) + 320 * sin(y / 30 * pi)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + ripple
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi) + 150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    curve = 1 - _ECCENTRICITY * sin(latitude / 180 * pi) ** 2
    north = north * 180 / (_AXIS * (1 - _ECCENTRICITY) / (curve * sqrt(curve)) * pi)
    east = east * 180 / (_AXIS / sqrt(curve) * cos(latitude / 180 * pi) * pi)
    return latitude + north, longitude + east


def _within(boxes: tuple[tuple[float, float, float, float], ...], latitude: float, longitude: float) -> bool:
    return any(south <= latitude <= north and west <= longitude <= east for north, west, south, east in boxes)

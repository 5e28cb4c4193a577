"""What a camera wrote into a photo, as JSON: for those who judge, never passed on with the picture."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from PIL import ExifTags, Image

_LONGEST = 200  # characters of a value
_CAMERA, _GPS = ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo
_LEFT_OUT = ("MakerNote", "UserComment", "PrintImageMatching", "XMLPacket", "ImageResources")


@dataclass(frozen=True, slots=True)
class Noted:
    """`taken_at` is in UTC; `place` is (latitude, longitude) in degrees; `exif` holds every plain value by its name."""

    taken_at: datetime | None = None
    place: tuple[float, float] | None = None
    camera: str = ""
    software: str = ""
    exif: Mapping[str, Any] = field(default_factory=dict)


def noted(exif: Image.Exif, zone: tzinfo) -> Noted:
    """What the camera noted; its time is read in `zone` unless it says another."""
    base, camera, gps = dict(exif), _part(exif, _CAMERA), _part(exif, _GPS)
    named = {
        **_named(base, ExifTags.TAGS), **_named(camera, ExifTags.TAGS),
        **{f"GPS.{name}": value for name, value in _named(gps, ExifTags.GPSTAGS).items()},
    }  # fmt: skip
    made = [str(named.get(name, "")) for name in ("Make", "Model")]
    model = made[1] if made[1].lower().startswith(made[0].lower()) else " ".join(made)
    return Noted(_taken(named, zone), _place(gps), model.strip(), str(named.get("Software", "")), named)


def _part(exif: Image.Exif, which: int) -> dict[int, Any]:
    try:
        return dict(exif.get_ifd(which))
    except Exception:  # damaged notes raise anything; the picture is none the worse for it
        return {}


def _named(values: Mapping[int, Any], names: Mapping[int, str]) -> dict[str, Any]:
    found = {names[tag]: _plain(value) for tag, value in values.items() if tag in names}
    return {name: value for name, value in found.items() if value is not None and name not in _LEFT_OUT}


def _plain(value: Any) -> Any:
    """A value as JSON can hold it, None where that says nothing."""
    if isinstance(value, str):
        return "".join(letter for letter in value if letter.isprintable()).strip()[:_LONGEST] or None
    if isinstance(value, bool | int):
        return value if abs(value) < 2**53 else None
    if isinstance(value, bytes | dict):
        return None
    if isinstance(value, tuple | list):
        parts = [_plain(one) for one in value[:16]]
        return None if None in parts else parts
    number = _number(value)
    return None if number is None else round(number, 6)


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _taken(named: Mapping[str, Any], zone: tzinfo) -> datetime | None:
    text, offset = named.get("DateTimeOriginal") or named.get("DateTime"), str(named.get("OffsetTimeOriginal", ""))
    try:
        local = datetime.strptime(str(text), "%Y:%m:%d %H:%M:%S")
        if local.year < 1990:
            return None
        given = datetime.strptime(offset, "%z").utcoffset() if offset else None
        return (local - given).replace(tzinfo=UTC) if given is not None else local.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _place(gps: Mapping[int, Any]) -> tuple[float, float] | None:
    tags = ExifTags.GPS
    latitude = _degrees(gps.get(tags.GPSLatitude), gps.get(tags.GPSLatitudeRef), "S", 90)
    longitude = _degrees(gps.get(tags.GPSLongitude), gps.get(tags.GPSLongitudeRef), "W", 180)
    if latitude is None or longitude is None or (latitude, longitude) == (0, 0):
        return None
    return latitude, longitude


def _degrees(value: Any, side: Any, negative: str, most: float) -> float | None:
    if not isinstance(value, tuple | list) or len(value) != 3:
        return None
    parts = [_number(one) for one in value]
    if None in parts:
        return None
    degrees = sum(part / 60**n for n, part in enumerate(parts) if part is not None)
    signed = -degrees if str(side).strip("\0 ").upper() == negative else degrees
    return round(signed, 6) if abs(signed) <= most else None


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The distance of two places given in degrees."""
    (lat1, lon1), (lat2, lon2) = ((math.radians(part) for part in place) for place in (one, other))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6_371_000 * math.asin(min(1.0, math.sqrt(half)))


def earlier(taken: datetime | None, now: datetime, minutes: float) -> bool:
    """Whether a photo was taken longer ago than that."""
    return taken is not None and now - taken > timedelta(minutes=minutes)

"""Pictures that tests send: small scenes that look like photographs, and what people do to pictures."""

import io
from datetime import datetime
from fractions import Fraction
from typing import Any

import numpy as np
from PIL import ExifTags, Image, ImageDraw


def scene(seed: int, width: int = 800, height: int = 600) -> Image.Image:
    """A picture with light, edges and grain like a photograph's; another for every seed."""
    chance = np.random.default_rng(seed)
    rough = Image.fromarray(chance.integers(40, 215, (6, 8, 3), dtype=np.uint8)).resize((width, height))
    draw = ImageDraw.Draw(rough)
    for _ in range(40):
        x, y = int(chance.integers(0, width)), int(chance.integers(0, height))
        w, h = int(chance.integers(width // 20, width // 4)), int(chance.integers(height // 20, height // 4))
        colour = tuple(int(level) for level in chance.integers(10, 245, 3))
        draw.rectangle((x, y, x + w, y + h), fill=colour, outline=(20, 20, 20))
    grain = chance.normal(0, 5, (height, width, 1))
    return Image.fromarray((np.asarray(rough, np.float32) + grain).clip(0, 255).astype(np.uint8))


def jpeg(picture: Image.Image, quality: int = 90, **options: Any) -> bytes:
    """As a camera saves it."""
    return saved(picture, "JPEG", quality=quality, **options)


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """The bytes of a file."""
    kept = io.BytesIO()
    picture.save(kept, kind, **options)
    return kept.getvalue()


def exif(
    taken: datetime | None = None, place: tuple[float, float] | None = None, turned: int = 1, offset: str = ""
) -> Image.Exif:
    """What a phone writes; `taken` is local."""
    note = Image.Exif()
    note[ExifTags.Base.Make], note[ExifTags.Base.Model] = "Xiaomi", "Xiaomi 14"
    note[ExifTags.Base.Software], note[ExifTags.Base.Orientation] = "HyperOS", turned
    camera = note.get_ifd(ExifTags.IFD.Exif)
    if taken is not None:
        camera[ExifTags.Base.DateTimeOriginal] = taken.strftime("%Y:%m:%d %H:%M:%S")
    if offset:
        camera[ExifTags.Base.OffsetTimeOriginal] = offset
    if place is not None:
        gps = note.get_ifd(ExifTags.IFD.GPSInfo)
        for tag, degrees, sides in ((1, place[0], "NS"), (3, place[1], "EW")):
            gps[tag], whole = sides[degrees < 0], Fraction(abs(degrees)).limit_denominator(10**7)
            minutes = (whole - int(whole)) * 60
            gps[tag + 1] = (float(int(whole)), float(int(minutes)), float((minutes - int(minutes)) * 60))
    return note


def opened(content: bytes) -> Image.Image:
    """The picture in these bytes."""
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture

"""What is let in as a photo, and what is refused in one sentence; nothing a camera noted is passed on."""

import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from photographs import exif, jpeg, opened, saved, scene
from PIL import Image, ImageCms, PngImagePlugin

from records.photos import decode
from records.photos.decode import Unusable, decoded
from records.photos.exif import metres
from records.photos.inspecting import Inspected, inspected
from records.photos.limits import Limits

SHANGHAI = ZoneInfo("Asia/Shanghai")
LIMITS = Limits(megabytes=5, megapixels=2, shown_edge=400, thumb_edge=80, least_edge=100)
PLACE = (31.2304, 121.4737)


def look(data: bytes, limits: Limits = LIMITS) -> Inspected:
    return inspected(data, limits, SHANGHAI)


def refused(data: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(Unusable) as error:
        look(data, limits)
    return str(error.value)


def alike(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures, in grey levels."""
    small = [np.asarray(each.convert("RGB").resize((40, 30)), np.float32) for each in (one, other)]
    return float(np.abs(small[0] - small[1]).mean())


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises more than it holds."""
    part = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    parts = [part, b"IDAT" + data, b"IEND"]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(one) - 4) + one + struct.pack(">I", zlib.crc32(one)) for one in parts
    )


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("MPO", "RGB"), ("PNG", "RGB"), ("PNG", "RGBA"),
        ("PNG", "LA"), ("PNG", "P"), ("PNG", "1"), ("PNG", "I;16"), ("WEBP", "RGB"), ("WEBP", "RGBA"),
        ("GIF", "P"), ("BMP", "RGB"), ("AVIF", "RGB"),
    ],
)  # fmt: skip
def test_every_kind_of_picture_is_shown_as_it_looks(kind: str, mode: str) -> None:
    picture = scene(1, 320, 240)
    if mode == "I;16":
        grey = np.asarray(picture.convert("L"), np.uint16) * 257
        data = saved(Image.fromarray(grey), kind)
    else:
        data = saved(picture.convert(mode), kind)
    shown = opened(look(data).shown)
    assert (shown.format, shown.mode, shown.size) == ("JPEG", "RGB", (320, 240))
    grey_only = mode in ("L", "LA", "1", "I;16")
    assert alike(shown, picture.convert("L") if grey_only else picture) < (45 if mode == "1" else 15)


def test_a_phones_heic_is_shown_with_what_it_notes() -> None:
    one = look((Path(__file__).parent / "data" / "photo.heic").read_bytes())
    assert alike(opened(one.shown), scene(3, 160, 120)) < 15
    assert one.media_type == "image/heif"
    assert one.noted.taken_at == datetime(2026, 5, 4, 3, 55, tzinfo=UTC)
    assert one.noted.place == pytest.approx(PLACE, abs=1e-5)


def test_what_is_transparent_is_white() -> None:
    clear = Image.new("RGBA", (300, 200), (0, 0, 0, 0))
    assert opened(look(saved(clear, "PNG")).shown).getpixel((150, 100)) == (255, 255, 255)


def test_colours_of_another_profile_are_those_of_screens() -> None:
    swapped = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    data = jpeg(scene(1, 300, 200), icc_profile=swapped.tobytes())
    assert alike(opened(look(data).shown), scene(1, 300, 200)) < 15  # a profile that does not fit is left alone
    assert opened(look(jpeg(scene(1, 300, 200), icc_profile=b"none")).shown).size == (300, 200)


@pytest.mark.parametrize("turned", range(1, 9))
def test_a_picture_is_shown_upright(turned: int) -> None:
    upright = scene(2, 300, 200)
    turns = {1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
             4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90,
             7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270}  # fmt: skip
    turn = turns[turned]
    stored = upright if turn is None else upright.transpose(turn)
    one = look(jpeg(stored, exif=exif(turned=turned)))
    assert (one.width, one.height) == (300, 200)
    assert alike(opened(one.shown), upright) < 15
    assert alike(opened(one.thumb), upright) < 20


def test_it_is_shown_no_larger_than_needed() -> None:
    one = look(jpeg(scene(1, 1600, 1200)))
    assert (one.width, one.height) == (1600, 1200)
    assert max(opened(one.shown).size) == 400
    assert max(opened(one.thumb).size) == 80
    assert opened(look(jpeg(scene(1, 200, 150))).shown).size == (200, 150)


def test_what_a_camera_notes_is_kept_beside_and_not_shown() -> None:
    noted = exif(datetime(2026, 5, 4, 11, 55), PLACE)
    noted[0x9C9B] = "机密标题".encode("utf-16-le")
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "SECRET")
    texts: dict[str, Any] = {"comment": b"SECRET", "exif": noted, "xmp": b"<x:xmpmeta>SECRET</x:xmpmeta>"}
    for data in (
        jpeg(scene(1), **texts),
        saved(scene(1), "PNG", pnginfo=text, exif=noted),
        saved(scene(1), "WEBP", **texts),
    ):
        one = look(data)
        assert one.noted.camera == "Xiaomi 14"
        assert one.noted.software == "HyperOS"
        assert one.noted.place == pytest.approx(PLACE, abs=1e-5)
        assert one.noted.exif["DateTimeOriginal"] == "2026:05:04 11:55:00"
        for out in (one.shown, one.thumb):
            shown = opened(out)
            assert dict(shown.getexif()) == {}
            assert set(shown.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
            assert not [word for word in (b"SECRET", b"Xiaomi", b"Exif", b"HyperOS", b"http") if word in out]


def test_a_time_is_read_in_the_zone_it_names_or_in_the_readers() -> None:
    local = datetime(2026, 5, 4, 11, 55)
    assert look(jpeg(scene(1), exif=exif(local))).noted.taken_at == datetime(2026, 5, 4, 3, 55, tzinfo=UTC)
    west = look(jpeg(scene(1), exif=exif(local, offset="-04:00"))).noted.taken_at
    assert west == datetime(2026, 5, 4, 15, 55, tzinfo=UTC)


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow says so, and goes on
@pytest.mark.parametrize("tag", [0x0132, 0x8769, 0x8825, 0x010F])
def test_damaged_notes_do_not_spoil_a_picture(tag: int) -> None:
    noted = exif(datetime(2026, 5, 4, 11, 55), PLACE).tobytes()
    for at in range(8, len(noted), 7):
        one = look(jpeg(scene(1, 200, 150), exif=noted[:at] + bytes([tag & 255, tag >> 8]) + noted[at + 2 :]))
        assert opened(one.shown).size in ((200, 150), (150, 200))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", decode.EMPTY),
        (b"hello", decode.NOT_A_PICTURE),
        (b"%PDF-1.7\n", decode.NOT_A_PICTURE),
        (b"PK\x03\x04" + b"\0" * 50, decode.NOT_A_PICTURE),
        (b"\xff\xd8\xff\xe0" + b"\0" * 50, decode.NOT_A_PICTURE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", decode.NOT_A_PICTURE),
    ],
)
def test_what_is_no_picture_is_refused(data: bytes, told: str) -> None:
    assert refused(data) == told


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_half_a_picture_is_refused(kind: str) -> None:
    data = saved(scene(1, 300, 200), kind)
    for share in (0.3, 0.6, 0.9):
        assert refused(data[: int(len(data) * share)]) in (decode.BROKEN, decode.NOT_A_PICTURE)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_what_moves_is_refused(kind: str) -> None:
    frames = [scene(seed, 60, 40) for seed in (1, 2, 3)]
    assert refused(saved(frames[0], kind, save_all=True, append_images=frames[1:])) == decode.MOVING


@pytest.mark.parametrize(("width", "height"), [(3000, 1000), (20_000, 20_000), (65_000, 65_000)])
def test_a_decompression_bomb_is_refused_unopened(width: int, height: int) -> None:
    data = png_header(width, height)
    assert len(data) < 200
    told = decode.TOO_LARGE.format(size=width * height / 1e6, limit=2) if width == 3000 else decode.VAST
    assert refused(data) == told


def test_fifty_megabytes_are_refused_before_anything_is_read() -> None:
    data = jpeg(scene(1, 300, 200)) + b"\0" * 50_000_000
    assert refused(data, Limits()) == decode.TOO_HEAVY.format(size=50, limit=20)


def test_every_refusal_is_one_chinese_sentence() -> None:
    told = [
        decode.EMPTY,
        decode.TOO_HEAVY,
        decode.NOT_A_PICTURE,
        decode.TOO_LARGE,
        decode.VAST,
        decode.MOVING,
        decode.BROKEN,
    ]
    assert all(one.endswith("。") and one.count("。") == 1 for one in told)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_damage_gets_past_as_anything_but_a_sentence(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["JPEG", "PNG", "WEBP", "GIF", "BMP"]))
    content = bytearray(saved(scene(1, 48, 36).convert("P" if kind == "GIF" else "RGB"), kind))
    for at, value in data.draw(st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), max_size=8)):
        content[at] = value
    try:
        one = look(bytes(content))
    except Unusable as error:
        assert str(error).endswith("。")
    else:
        assert opened(one.shown).format == "JPEG"


def test_distances_are_those_of_the_earth() -> None:
    assert metres((31.2304, 121.4737), (39.9042, 116.4074)) == pytest.approx(1_067_000, rel=0.01)
    assert metres(PLACE, PLACE) == 0


def test_pictures_are_let_in_up_to_the_limit() -> None:
    assert decoded(jpeg(scene(1, 1600, 1250)), LIMITS).width == 1600

"""Bytes of unknown origin -> an upright RGB picture and its EXIF, or one sentence that says why not."""

import io
from dataclasses import dataclass
from typing import Any

import pi_heif  # type: ignore[import-untyped]
from PIL import Image, ImageCms, UnidentifiedImageError

from records.photos.limits import Limits

EMPTY = "这张照片是空的，请重新发送。"
TOO_HEAVY = "这张照片有 {size:.0f} MB，超过 {limit:g} MB 的上限，请压缩后再发，或直接用相机拍一张。"
NOT_A_PICTURE = "这个文件不是能打开的照片，请发 JPG、PNG、WebP 或 HEIC 格式的照片。"
TOO_LARGE = "这张照片有 {size:.0f} 百万像素，超过 {limit:g} 百万的上限，请把相机分辨率调低后再拍。"
VAST = "这张照片的像素多得不正常，请用相机重新拍一张。"
MOVING = "这是动图，不是照片，请拍一张照片再发。"
BROKEN = "这张照片不完整或已损坏，请重新拍一张，或重新发送。"

_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "GIF", "BMP")
_TURNED = 274  # EXIF Orientation
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip
_NEAR = 0.9  # of the edge: what is a little larger is not worth the time


class Unusable(Exception):
    """The bytes are no photo that can be kept; the message is one sentence for whoever sent it."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """`picture` is upright, RGB, and no larger than it is ever shown; `width`, `height` are those of the original."""

    picture: Image.Image
    width: int
    height: int
    media_type: str
    exif: Image.Exif


def decoded(data: bytes, limits: Limits) -> Decoded:
    """The picture in these bytes; raises Unusable. Takes a tenth of a second at 12 megapixels: for a worker thread."""
    if not data:
        raise Unusable(EMPTY)
    if len(data) > limits.megabytes * 1_000_000:
        raise Unusable(TOO_HEAVY.format(size=len(data) / 1e6, limit=limits.megabytes))
    try:
        with _opened(data) as opened:
            return _decoded(opened, limits)
    except Unusable:
        raise
    except Exception as error:  # decoders raise anything on damaged files, from struct.error to SyntaxError
        raise Unusable(BROKEN) from error


def _opened(data: bytes) -> Image.Image:
    pi_heif.register_heif_opener(thumbnails=False)
    try:
        return Image.open(io.BytesIO(data), formats=_FORMATS)
    except UnidentifiedImageError as error:
        raise Unusable(NOT_A_PICTURE) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unusable(VAST) from error


def _decoded(opened: Image.Image, limits: Limits) -> Decoded:
    width, height = opened.size
    if width * height > limits.megapixels * 1e6:
        raise Unusable(TOO_LARGE.format(size=width * height / 1e6, limit=limits.megapixels))
    if opened.format != "MPO" and getattr(opened, "is_animated", False):
        raise Unusable(MOVING)
    exif, profile = _exif(opened), opened.info.get("icc_profile")
    media_type = Image.MIME.get(opened.format or "", "application/octet-stream")
    fits = limits.shown_edge / max(width, height)
    if fits < 1:
        opened.draft(None, (int(width * fits), int(height * fits)))
    opened.load()
    small = _reduced(opened, limits.shown_edge)
    plain = _plain(small, profile)
    turn = _TURNS.get(exif.get(_TURNED, 1))
    upright = plain if turn is None else plain.transpose(turn)
    if upright.size != plain.size:
        width, height = height, width
    return Decoded(upright, width, height, media_type, exif)


def _exif(opened: Image.Image) -> Image.Exif:
    """What the camera wrote; nothing where that cannot be read."""
    try:
        return opened.getexif()
    except Exception:  # a picture with a broken note is still a picture
        return Image.Exif()


def _reduced(picture: Image.Image, edge: int) -> Image.Image:
    """Hardly larger than `edge`, in a mode that can be resized."""
    if picture.mode in ("P", "1", "PA"):
        picture = picture.convert("RGBA")
    elif picture.mode.startswith("I"):
        picture = _sixteen(picture)
    scale = edge / max(picture.size)
    if scale > _NEAR:
        return picture
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.BOX if scale < 0.25 else Image.Resampling.BICUBIC, reducing_gap=2.0)


def _sixteen(picture: Image.Image) -> Image.Image:
    """Grey levels of 16 bits as 8."""
    import numpy

    levels = numpy.asarray(picture).astype(numpy.float32)
    return Image.fromarray((levels.clip(0, 65535) / 257).astype(numpy.uint8))


def _plain(picture: Image.Image, profile: Any) -> Image.Image:
    """As RGB in sRGB, on white where it was transparent, with nothing but its pixels."""
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture).convert("RGB")
    elif profile and picture.mode in ("RGB", "CMYK", "L"):
        picture = _in_srgb(picture, profile)
    picture = picture.convert("RGB")
    picture.info = {}
    return picture


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(source):
            return picture
        converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return picture
    return picture if converted is None else converted

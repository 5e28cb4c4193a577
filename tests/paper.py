"""A photograph of a sheet of paper with a number, held before a scene: turned, seen from aside, unevenly lit."""

from collections.abc import Sequence

import numpy as np
from photographs import scene
from PIL import Image, ImageDraw, ImageFilter


def paper(code: str, seed: int, *, lean: float = 0.15, light: float = 1.0) -> Image.Image:
    """The scene of a seed with the sheet in it; `lean` is how far its far edge is away, `light` how bright it is."""
    chance = np.random.default_rng(seed)
    sheet = Image.new("RGB", (420, 260), (242, 240, 232))
    draw = ImageDraw.Draw(sheet)
    draw.text((210, 130), code, fill=(25, 30, 60), font_size=150, anchor="mm", stroke_width=3)
    shade = np.linspace(1.0, chance.uniform(0.6, 0.8), 420)[None, :, None]
    sheet = Image.fromarray((np.asarray(sheet) * shade).astype(np.uint8))
    width, height = 1200, 900
    x, y = int(chance.integers(150, 500)), int(chance.integers(150, 450))
    wide, high = int(chance.integers(380, 560)), int(chance.integers(230, 330))
    slant = lean * high
    corners = [(x, y + slant), (x + wide, y), (x + wide, y + high), (x, y + high - slant)]
    sheet = sheet.transform(
        (width, height), Image.Transform.PERSPECTIVE, _towards(corners, (420, 260)), Image.Resampling.BICUBIC
    )
    mask = Image.new("L", (width, height))
    ImageDraw.Draw(mask).polygon(corners, fill=255)
    whole = scene(seed, width, height)
    whole.paste(sheet, (0, 0), mask.filter(ImageFilter.GaussianBlur(1)))
    turned = whole.rotate(float(chance.uniform(-5, 5)), Image.Resampling.BICUBIC, fillcolor=(90, 90, 90))
    lit = np.asarray(turned, np.float32) * light + chance.normal(0, 4, (height, width, 1))
    return Image.fromarray(lit.clip(0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.8))


def _towards(corners: Sequence[tuple[float, float]], size: tuple[int, int]) -> list[float]:
    """The eight numbers of the perspective that puts a sheet's corners there."""
    flat = [(0, 0), (size[0], 0), size, (0, size[1])]
    rows, wanted = list[list[float]](), list[float]()
    for (x, y), (u, v) in zip(corners, flat, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    return [float(one) for one in np.linalg.solve(np.array(rows), np.array(wanted))]

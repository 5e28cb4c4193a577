"""What happens to a photo before it is sent again: by an app, or by someone who hopes that it is not known."""

import io
from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance

Chance = np.random.Generator
Change = Callable[[Image.Image, Chance], Image.Image]


def recompressed(picture: Image.Image, chance: Chance) -> Image.Image:
    """Saved again, badly."""
    return _saved(picture, int(chance.integers(25, 60)))


def resized(picture: Image.Image, chance: Chance) -> Image.Image:
    """Smaller, or a little larger."""
    scale = chance.choice([0.3, 0.5, 0.75, 1.25])
    return picture.resize((int(picture.width * scale), int(picture.height * scale)), Image.Resampling.LANCZOS)


def cropped(picture: Image.Image, chance: Chance) -> Image.Image:
    """5 % of the width and of the height gone, anywhere around."""
    return _cut(picture, chance, 0.05)


def cropped_all_round(picture: Image.Image, chance: Chance) -> Image.Image:
    """5 % gone on each of the four sides."""
    return _cut(picture, chance, 0.10)


def dimmed(picture: Image.Image, chance: Chance) -> Image.Image:
    """Brighter or darker by a quarter or a third, with another contrast."""
    bright = ImageEnhance.Brightness(picture).enhance(chance.choice([0.67, 0.75, 1.25, 1.35]))
    return ImageEnhance.Contrast(bright).enhance(chance.uniform(0.85, 1.15))


def turned(picture: Image.Image, chance: Chance) -> Image.Image:
    """By 1 to 3 degrees, with black corners."""
    return picture.rotate(_angle(chance), Image.Resampling.BICUBIC)


def straightened(picture: Image.Image, chance: Chance) -> Image.Image:
    """By 1 to 2.5 degrees, cut to what is left without corners: what a phone's editor does."""
    angle = _angle(chance, 2.5)
    whole = picture.rotate(angle, Image.Resampling.BICUBIC)
    tangent = np.tan(np.radians(abs(angle)))
    across, down = int(tangent * picture.height / 2) + 1, int(tangent * picture.width / 2) + 1
    return whole.crop((across, down, picture.width - across, picture.height - down))


def shot_of_gallery(picture: Image.Image, chance: Chance) -> Image.Image:
    """A screenshot of a phone's gallery: bars above and below, a clock, buttons."""
    dark = chance.random() < 0.5
    screen = Image.new("RGB", (1080, 2340), (0, 0, 0) if dark else (250, 250, 250))
    small = picture.resize((1080, round(1080 * picture.height / picture.width)))
    screen.paste(small, (0, (2340 - small.height) // 2 + int(chance.integers(-80, 80))))
    return _saved(_bars(screen, (230, 230, 230) if dark else (30, 30, 30)), 85)


def shot_of_chat(picture: Image.Image, chance: Chance) -> Image.Image:
    """A screenshot that was cropped by hand: the picture with uneven margins and a line of text."""
    left, right, top, bottom = (int(one) for one in chance.integers(20, 160, 4))
    tone = tuple(int(one) for one in chance.integers(225, 256, 3))
    screen = Image.new("RGB", (picture.width + left + right, picture.height + top + bottom), tone)
    screen.paste(picture, (left, top))
    draw = ImageDraw.Draw(screen)
    draw.rectangle((left, 6, left + 180, 14), fill=(90, 90, 90))
    return _saved(screen, 80)


def passed_on(picture: Image.Image, chance: Chance) -> Image.Image:
    """Through a chat app twice: smaller, saved twice."""
    once = _saved(picture.resize((picture.width * 2 // 3, picture.height * 2 // 3), Image.Resampling.LANCZOS), 70)
    return _saved(once, 60)


def everything(picture: Image.Image, chance: Chance) -> Image.Image:
    """Cropped, dimmed, smaller and saved again."""
    return passed_on(dimmed(cropped(picture, chance), chance), chance)


CHANGES: Mapping[str, Change] = {
    "re-compressed": recompressed, "resized": resized, "cropped 5 %": cropped,
    "cropped 5 % each side": cropped_all_round, "brightness": dimmed, "rotated, black corners": turned,
    "rotated and cut": straightened, "gallery screenshot": shot_of_gallery, "chat screenshot": shot_of_chat,
    "passed on twice": passed_on, "all together": everything,
}  # fmt: skip


def _saved(picture: Image.Image, quality: int) -> Image.Image:
    kept = io.BytesIO()
    picture.convert("RGB").save(kept, "JPEG", quality=quality)
    return Image.open(kept).convert("RGB")


def _cut(picture: Image.Image, chance: Chance, share: float) -> Image.Image:
    across, down = int(picture.width * share), int(picture.height * share)
    left, top = (
        (across // 2, down // 2)
        if share > 0.05
        else (int(chance.integers(0, across + 1)), int(chance.integers(0, down + 1)))
    )
    return picture.crop((left, top, picture.width - across + left, picture.height - down + top))


def _angle(chance: Chance, most: float = 3) -> float:
    return float(chance.uniform(1, most) * chance.choice([-1, 1]))


def _bars(screen: Image.Image, ink: tuple[int, int, int]) -> Image.Image:
    draw = ImageDraw.Draw(screen)
    draw.text((60, 30), "12:08", fill=ink, font_size=44)
    draw.rectangle((930, 40, 1010, 70), outline=ink, width=4)
    for number in range(4):
        draw.ellipse((120 + number * 240, 2200, 180 + number * 240, 2260), outline=ink, width=6)
    return screen

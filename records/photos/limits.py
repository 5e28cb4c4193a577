"""What a deployment lets in, and how it shows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """`megabytes` and `megapixels` bound what is opened; edges are in pixels, of the upright picture.

    `metres` is how far from its store a photo may have been taken, `minutes` how long before it was sent.
    """

    megabytes: float = 20
    megapixels: float = 60
    least_edge: int = 480
    shown_edge: int = 1920
    thumb_edge: int = 320
    metres: float = 1000
    minutes: float = 60

"""`python -m bench [NAME…]`: every measurement, or those named."""

import argparse
import asyncio
import time
from pathlib import Path

from bench import home
from bench.diagrams import diagrams
from bench.engines import engines
from bench.learners import learners
from bench.load import load
from bench.photos import photos
from bench.pipeline import pipeline
from bench.quality import quality
from bench.scale import scale
from bench.speed import speed

MEASUREMENTS = {
    "quality": quality,
    "speed": speed,
    "scale": scale,
    "load": load,
    "learners": learners,
    "engines": engines,
    "pipeline": pipeline,
    "diagrams": diagrams,
    "photos": photos,
}


async def main() -> None:
    """Run them one after the other, so that none disturbs another."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(MEASUREMENTS)}; none: all")
    parser.add_argument("--documents", type=Path, help="quality: your own documents in place of the handbook")
    parser.add_argument("--questions", type=Path, default=home.QUESTIONS, help="quality: labelled questions")
    options = parser.parse_args()
    if unknown := set(options.names) - MEASUREMENTS.keys():
        parser.error(f"no measurement is called {', '.join(sorted(unknown))}")
    started = time.perf_counter()
    with home.scratch() as folder:
        for name, measure in MEASUREMENTS.items():
            if name in (options.names or MEASUREMENTS):
                if measure is quality:
                    await quality(folder, options.documents, options.questions)
                else:
                    await measure(folder)
    print(f"measured in {time.perf_counter() - started:.0f} s")


asyncio.run(main())

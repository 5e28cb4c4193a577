"""Says what is configured, reachable and missing, and how to mend it."""

import argparse

from bot.config import Settings


async def doctor(settings: Settings, options: argparse.Namespace) -> int:
    """Placeholder until written."""
    return 0

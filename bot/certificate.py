"""`dudao certificate NUMBER`: whether a certificate is real."""

import argparse
import sys

from bot.app import database_url
from bot.config import Settings
from handlers.learning.certificate import checked, plain
from records.database import Database
from records.learning.exams import Exams


async def certificate(settings: Settings, options: argparse.Namespace) -> int:
    """Print what is known of the number; 1 where nothing is."""
    settings.home.mkdir(parents=True, exist_ok=True)
    database, number = Database(database_url(settings)), plain(options.number)
    try:
        await database.migrate()
        async with database.read() as connection:
            found = await Exams(connection).certificate(number)
    finally:
        await database.close()
    if found is None:
        print(f"dudao: {checked(None, number)}", file=sys.stderr)
        return 1
    print(checked(found, number))
    return 0

"""Telegram: updates in, replies out."""


class NoTelegram(Exception):
    """The bot cannot work in Telegram at all; the message says why and what to do."""

"""Feishu (Lark): events in, cards out."""


class NoFeishu(Exception):
    """The bot cannot work in Feishu at all; the message says why and what to do."""

"""Whom a thing is for, and what everyone else is told."""

from records.people import ADMIN, ROLES, STAFF, SUPERVISOR

EVERYONE = frozenset(ROLES)
LEADERS = frozenset({ADMIN, SUPERVISOR})
ADMINS = frozenset({ADMIN})
WORKERS = frozenset({ADMIN, SUPERVISOR, STAFF})
NOT_YOURS = "这个功能不对您的角色开放。"
PRIVATE = "这个功能请和我单独聊的时候用。"

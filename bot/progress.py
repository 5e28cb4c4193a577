"""What a person sees on stderr while work goes on; nothing where nobody watches."""

import sys


def bar(name: str, done: int, total: int) -> None:
    """A line that is written over: 文档 7/25 …"""
    if not total:
        return
    if sys.stderr.isatty():
        filled = round(20 * done / total)
        line = f"\r\x1b[K[{'█' * filled}{'·' * (20 - filled)}] {done}/{total} {name}"
        print(line, end="\n" if done == total else "", file=sys.stderr, flush=True)
    elif done == total:
        print(f"已处理 {total} 项", file=sys.stderr, flush=True)


def say(text: str) -> None:
    """One line."""
    print(text, file=sys.stderr, flush=True)

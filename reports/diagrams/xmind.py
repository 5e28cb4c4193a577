"""A sheet as an XMind workbook: a zip of JSON, as XMind 2020 and later write it."""

import hashlib
import io
import json
import zipfile
from typing import Any

from reports.diagrams.sheet import PROBLEM, Node, Sheet
from reports.fonts import drawable

TREE, FISHBONE = "org.xmind.ui.logic.right", "org.xmind.ui.fishbone.leftHeaded"
_MARKERS = {
    "root": "priority-1",
    "part": "priority-2",
    "beyond": "flag-purple",
    "verified": "task-done",
    "refuted": "symbol-wrong",
    "open": "symbol-question",
    "likely": "star-orange",
}
_MANIFEST: dict[str, Any] = {"file-entries": {"content.json": {}, "metadata.json": {}}}
_MADE = (1980, 1, 1, 0, 0, 0)  # the same sheet gives the same bytes


def as_xmind(sheet: Sheet, structure: str = TREE) -> bytes:
    """The workbook; `structure` is TREE or FISHBONE. Chips become labels, states markers, facts the note."""
    root: dict[str, Any] = {
        "id": _id(sheet, PROBLEM),
        "class": "topic",
        "title": drawable(sheet.problem),
        "structureClass": structure,
        "children": _attached([_group(sheet, number) for number in range(len(sheet.groups))]),
    }
    if sheet.facts:
        root["notes"] = {"plain": {"content": drawable("\n".join(sheet.facts))}}
    content = [{"id": _id(sheet, "sheet"), "class": "sheet", "title": drawable(sheet.kind), "rootTopic": root}]
    files = {
        "content.json": content,
        "metadata.json": {"creator": {"name": "dudao", "version": "1"}, "activeSheetId": content[0]["id"]},
        "manifest.json": _MANIFEST,
    }
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, values in files.items():
            packed.writestr(zipfile.ZipInfo(name, _MADE), json.dumps(values, ensure_ascii=False))
    return written.getvalue()


def _group(sheet: Sheet, number: int) -> dict[str, Any]:
    group = sheet.groups[number]
    below = [_topic(sheet, one) for one in group.nodes]
    return {"id": _id(sheet, f"g{number}"), "title": drawable(group.name), "children": _attached(below)}


def _topic(sheet: Sheet, node: Node) -> dict[str, Any]:
    topic: dict[str, Any] = {"id": _id(sheet, node.key), "title": drawable(node.text)}
    if node.chips:
        topic["labels"] = [drawable(one) for one in node.chips]
    if node.tone in _MARKERS:
        topic["markers"] = [{"markerId": _MARKERS[node.tone]}]
    return {**topic, "children": _attached([_topic(sheet, one) for one in node.children])}


def _attached(topics: list[dict[str, Any]]) -> dict[str, Any]:
    return {"attached": topics} if topics else {}


def _id(sheet: Sheet, key: str) -> str:
    """Twenty-six signs, the same for the same topic of the same sheet."""
    return hashlib.sha256(f"{sheet.kind}\n{sheet.problem}\n{key}".encode()).hexdigest()[:26]

"""Colours: calm paper, one dark for what is asked, and one colour a state."""

PAPER, INK, SOFT, FAINT = "#ffffff", "#1f2a37", "#5b6776", "#8d98a6"
RULE, WIRE = "#dfe4ea", "#aab4c0"
DARK, ON_DARK, ON_DARK_SOFT = "#17324d", "#ffffff", "#b9cadb"
TONES: dict[str, tuple[str, str, str]] = {  # fill, edge, accent
    "open": ("#ffffff", "#d5dbe2", "#e0a100"),
    "verified": ("#f0f9f4", "#a9d8bd", "#1f9254"),
    "refuted": ("#f5f6f8", "#e1e5ea", "#a7b0bb"),
    "root": ("#fdecea", "#d9483b", "#c8321f"),
    "part": ("#fff4e8", "#ecb06b", "#d9771a"),
    "beyond": ("#f3effb", "#b9a5e3", "#6f4fc0"),
    "plain": ("#ffffff", "#d5dbe2", "#4a7fb5"),
    "likely": ("#fff4e8", "#ecb06b", "#d9771a"),
}
BONES = ("#2f6db3", "#2b8a78", "#b06a1e", "#7a57b3", "#3f8f3f", "#b5486a", "#5b6776", "#8a6d1f")
"""One a bone, in order."""

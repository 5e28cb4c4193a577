"""The local web chat: one page, served to this machine's own browser only."""

"""The process: how messages come in and how replies go out."""

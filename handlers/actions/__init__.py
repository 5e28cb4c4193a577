"""Actions (整改): made, claimed, chased, shown to be done and accepted."""

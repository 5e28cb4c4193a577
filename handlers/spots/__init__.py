"""Spot checks: photos asked of stores, sent, judged and chased."""

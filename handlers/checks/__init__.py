"""Checks: what is found in a store, kept, scored, told, objected to and reported."""

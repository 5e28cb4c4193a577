"""What leaves as text tables, pictures or files."""

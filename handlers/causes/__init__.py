"""Root causes: 5-Why, fishbone and the other guides, drawn, kept and followed up."""

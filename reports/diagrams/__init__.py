"""Pictures of causes: laid out as boxes and lines in points, then drawn as PNG, SVG or PDF, all from one layout."""

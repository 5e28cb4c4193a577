"""Pictures of causes and of what guides sort: one layout in points, drawn as PNG, SVG or PDF."""

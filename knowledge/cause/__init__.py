"""From a problem to its causes: the tree of a 5-Why and the fishbone, as values and pure edits."""

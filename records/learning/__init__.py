"""How far people are with the course, what they answered, and what came of it."""

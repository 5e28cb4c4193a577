"""Text in, unit vectors out: the bundled model, sentence-transformers models and OpenAI-compatible endpoints."""

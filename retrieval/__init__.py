"""Question to passages to answer; the only place for langchain and chromadb."""

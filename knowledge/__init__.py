"""What the bot knows, as files, and the typed code that reads them."""

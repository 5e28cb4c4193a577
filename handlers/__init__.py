"""What a person can do, one module a thing, in channel-neutral words."""

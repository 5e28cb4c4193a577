"""What happened, in a database; the only place for sqlalchemy."""

"""A store in a relational database: SQLite here and now, others by their URL."""

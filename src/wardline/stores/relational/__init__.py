"""A store in a relational database: SQLite or PostgreSQL, by its URL."""

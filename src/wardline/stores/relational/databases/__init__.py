"""What differs from database to database: sessions, bulk writing, dropping what is old."""

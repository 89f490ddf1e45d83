"""URLs of databases on a server; no secret is ever part of one."""

import sqlalchemy as sa
import sqlalchemy.exc

FORM = "postgresql://USER@HOST:PORT/DATABASE"
SECRETS = ("password", "sslpassword")


def postgresql_url(text: str, password: str | None) -> sa.URL:
    """The URL with the password that came another way, if any. Raises ValueError in plain words.

    A password in the text is refused: other users of the machine can read arguments. The driver
    itself also knows PGPASSFILE and ~/.pgpass.
    """
    try:
        url = sa.make_url(text)
    except (sqlalchemy.exc.ArgumentError, ValueError):
        raise ValueError(f"the store's URL cannot be read; write {FORM}") from None
    if url.password is not None or any(name in url.query for name in SECRETS):
        raise ValueError(
            "a password in a URL can be read by others on this machine: "
            "set WARDLINE_STORE_PASSWORD_FILE or WARDLINE_STORE_PASSWORD instead"
        )
    if not url.database and "dbname" not in url.query and "service" not in url.query:
        raise ValueError(f"the store's URL names no database; write {FORM}")
    return url.set(password=password) if password else url

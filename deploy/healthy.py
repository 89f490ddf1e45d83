"""Exit status 0 when the Wardline in this container answers: `python healthy.py PORT`.

For HEALTHCHECK; the image has neither curl nor wget. It speaks to loopback only and never through a
proxy, whatever the environment says.
"""

import http.client
import sys

ANSWER_TIME_MAX_S = 3.0


def is_healthy(port: int) -> bool:
    """Whether GET /healthz is answered with 200 in time."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_TIME_MAX_S)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if is_healthy(int(sys.argv[1])) else 1)

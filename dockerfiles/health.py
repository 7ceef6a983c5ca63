"""Asks the service in this container whether it lives: `health.py PATH PORT`; the variable PORT goes before."""  # noqa: INP001 (a script, no module)

import http.client
import os
import sys


def main() -> int:
    """Return 0 for a service that lives."""
    path, port = sys.argv[1:]
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT") or port), timeout=4)
    try:
        connection.request("GET", path)
        status = connection.getresponse().status
    except OSError as error:
        sys.stdout.write(f"no answer: {error}\n")
        return 1
    sys.stdout.write(f"{status}\n")
    return 0 if status == http.client.OK else 1


if __name__ == "__main__":
    sys.exit(main())

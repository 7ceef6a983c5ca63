"""Keys that are sent in a header of HTTP, as they come out of variables and mounted files."""

from typing import Annotated

from pydantic import AfterValidator, SecretStr
from pydantic_core import PydanticCustomError


def header_value(secret: str) -> str:
    """Return a key without the white space around it, such as the line break at the end of the file that held it.

    What sends a header would complain of the line break, and show the key.

    Raises:
        ValueError: If it holds what no header can carry; the message does not show it.
    """
    value = secret.strip()
    if not value.isprintable():
        raise ValueError("it holds a line break or another control character, which no header can carry")
    return value


def _checked(secret: SecretStr) -> SecretStr:
    try:
        return SecretStr(header_value(secret.get_secret_value()))
    except ValueError as error:
        raise PydanticCustomError("header_secret", "{reason}", {"reason": str(error)}) from error


HeaderSecret = Annotated[SecretStr, AfterValidator(_checked)]
"""A key that any header can carry."""

"""What Google's tools say when they refuse, in one line that says what to do."""

import re
from dataclasses import dataclass
from re import Pattern

from textops.errors import TextopsError

LONGEST = 300
LOGIN = "not logged in at Google Cloud, or no longer: `gcloud auth login`, and `gcloud auth application-default login`"
NO_PERMISSION = "permission missing"
MISSING = re.compile(
    r"NOT_FOUND|\b404\b|not found|cannot find|does not exist|matched no objects|no stack named", re.IGNORECASE
)


class CommandRefusedError(TextopsError):
    """A command that ended with an error; the message says in one line why and what to do.

    Attributes:
        missing: Whether what it asked for is not there.
        forbidden: Whether whoever asked may not.
    """

    def __init__(self, message: str, *, missing: bool = False, forbidden: bool = False) -> None:
        super().__init__(message)
        self.missing = missing
        self.forbidden = forbidden


@dataclass(frozen=True)
class Known:
    """A refusal that is known.

    Attributes:
        signs: What a tool writes then.
        line: What is told; `{detail}` is what the tool named.
        detail: Where a tool names what it is about.
    """

    signs: Pattern[str]
    line: str
    detail: Pattern[str] | None = None

    def told(self, output: str) -> str:
        """Return the line for what a tool wrote."""
        found = self.detail.search(output) if self.detail else None
        named = next((group for group in found.groups() if group), "") if found else ""
        return self.line.format(detail=f" ({named})" if named else "")


def _known(signs: str, line: str, detail: str = "") -> Known:
    return Known(re.compile(signs, re.IGNORECASE), line, re.compile(detail) if detail else None)


# The first that fits counts: a switched-off API and missing billing come as PERMISSION_DENIED too.
KNOWN = (
    _known(
        r"do not currently have an active account|reauthenticat|invalid_grant|default credentials were not found|"
        r"could not find default credentials|invalid authentication|UNAUTHENTICATED",
        LOGIN,
    ),
    _known(
        r"BILLING_DISABLED|billing account for project|billing (?:is disabled|to be enabled|must be enabled)|"
        "requires billing",
        "billing is off: link an account at https://console.cloud.google.com/billing/linkedaccount",
    ),
    _known(
        r"SERVICE_DISABLED|has not been used in project|API .*is not enabled|it is disabled",
        "an API is switched off in this project{detail}: `invoke gcp.bootstrap`, then wait a minute",
        r"\b([a-z]+\.googleapis\.com)\b",
    ),
    _known(
        r"constraints/|org(?:anization)? ?policy",
        "a policy of the organisation forbids it{detail}: ask its administrator",
        r"(constraints/[\w.]+)",
    ),
    _known(
        r"PERMISSION_DENIED|does not have permission|\b403\b|AccessDenied|lacks permission",
        f"{NO_PERMISSION}{{detail}}: ask an owner of the project for a role that holds it, see docs/google-cloud.md",
        r"\b(?!.*googleapis)([a-z]+\.[A-Za-z]+\.[A-Za-z]+)\b(?=['\"`]? (?:permission|access|denied|on|to)\b)"
        r"|[Pp]ermission ['\"`]([\w.]+)['\"`]",
    ),
    _known(
        r"RESOURCE_EXHAUSTED|quota exceeded|QUOTA_EXCEEDED|insufficient quota",
        "a quota is used up: https://console.cloud.google.com/iam-admin/quotas shows which",
    ),
    _known(
        r"unable to find the server|failed to establish a new connection|could not resolve host|timed out",
        "Google Cloud does not answer: look at the connection to the internet, and at proxies",
    ),
    _known(
        r"the stack is currently locked",
        "another run changes the infrastructure: wait, or `pulumi cancel` if nothing runs any more",
    ),
)


def refusal(command: str, output: str) -> CommandRefusedError:
    """Return the error for a command that was refused.

    Args:
        command: What it is called, such as `gcloud storage buckets describe`.
        output: What it wrote.
    """
    for known in KNOWN:
        if known.signs.search(output):
            line = known.told(output)
            return CommandRefusedError(f"{command}: {line}", forbidden=line.startswith(NO_PERMISSION))
    return CommandRefusedError(f"{command}: {_said(output)}", missing=bool(MISSING.search(output)))


def _said(output: str) -> str:
    """Return what a tool gave as its error, on one line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    first = next((place for place, line in enumerate(lines) if re.match(r"error\b", line, re.IGNORECASE)), 0)
    text = " ".join(lines[first:]) or "it ended with an error and said nothing"
    text = re.sub(r"^(?:error):?\s*(?:\([\w.-]+\))?\s*", "", text, flags=re.IGNORECASE)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."

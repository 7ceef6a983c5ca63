"""Command lines of Google's tools: shown before they run, so that people can run them by hand."""

import json
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from invoke.context import Context

from automation.google_cloud.refusal import refusal

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Shell:
    """Runs command lines in the root of the project.

    Attributes:
        context: Of Invoke, which runs them.
        dry_run: Whether they are shown only.
    """

    context: Context
    dry_run: bool = False

    def run(self, *words: str) -> None:
        """Run a command; what it says is shown.

        Raises:
            CommandRefusedError: If it ends with an error.
        """
        self._run(shlex.join(words), shown=True, name=_name(words))

    def ask(self, *words: str, assumed: str = "", name: str = "") -> str:
        """Run a command that changes nothing, and return what it answers.

        Args:
            words: The command.
            assumed: What a dry run takes for the answer.
            name: What it is called in an error, its first words by default.

        Raises:
            CommandRefusedError: If it ends with an error.
        """
        answer = self._run(shlex.join(words), shown=False, name=name or _name(words))
        return assumed if self.dry_run else answer.strip()

    def create(self, *words: str, assumed: str) -> str:
        """Run a command that makes something, and return what it answers.

        Args:
            words: The command.
            assumed: What a dry run takes for the answer.

        Raises:
            CommandRefusedError: If it ends with an error.
        """
        return self.ask(*words, assumed=assumed)

    def ask_json(self, *words: str, assumed: object = None) -> Any:  # noqa: ANN401 (what JSON holds)
        """Run a command that changes nothing and answers with JSON; `--format=json` is added.

        Args:
            words: The command.
            assumed: What a dry run takes for the answer.

        Raises:
            CommandRefusedError: If it ends with an error.
        """
        answer = self.ask(*words, "--format=json", assumed=json.dumps(assumed))
        return json.loads(answer or "null")

    def pipe(self, line: str, name: str) -> str:
        """Run a line of shell that is more than one command, and return what it answers.

        Args:
            line: The line; who calls has quoted it.
            name: What it is called in an error.

        Raises:
            CommandRefusedError: If it ends with an error.
        """
        return self._run(line, shown=False, name=name).strip()

    def say(self, text: str) -> None:
        """Show a remark between the commands, so that all of them can be pasted."""
        for line in text.splitlines():
            sys.stdout.write(f"# {line}\n")
        sys.stdout.flush()

    def _run(self, line: str, *, shown: bool, name: str) -> str:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        if self.dry_run:
            return ""
        # A person may be asked something, and sees progress, where there is a terminal.
        terminal = shown and sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
        with self.context.cd(ROOT):
            result = self.context.run(
                line, warn=True, hide=None if shown else "both", pty=terminal, in_stream=None if terminal else False
            )
        assert result is not None  # noqa: S101 (nothing runs beside us)
        if not result.ok:
            # A terminal has one stream for both.
            raise refusal(name, f"{result.stderr}\n{result.stdout}" if not shown else result.stderr or result.stdout)
        return result.stdout


def _name(words: tuple[str, ...]) -> str:
    """Return a command without its options and what they are about: `gcloud run services describe`."""
    start = 1 if words[0] == "env" else 0
    names = [word for word in words[start:] if not word.startswith("-") and not set(word) & set("=/.")]
    return " ".join(names[: 2 if names[0] != "gcloud" else 4])

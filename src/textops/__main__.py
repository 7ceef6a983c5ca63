"""`textops`, or `python -m textops` where that is not on the path: the command line, quiet from the first moment on."""

from textops.interrupts import end_on_interrupt, raise_on_interrupt


def main() -> None:
    """Run the command line; loading it takes half a second, in which Ctrl-C needs no explanation."""
    end_on_interrupt()
    from textops.cli import main as run

    raise_on_interrupt()
    try:
        run()
    finally:
        end_on_interrupt()


if __name__ == "__main__":
    main()

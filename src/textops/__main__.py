"""`python -m textops`, where the command itself is not on the path."""

from textops.cli import main

if __name__ == "__main__":
    main()

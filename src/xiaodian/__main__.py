"""`python -m xiaodian` is the same as the `xiaodian` command."""

from xiaodian.cli.main import main

if __name__ == "__main__":
    main()

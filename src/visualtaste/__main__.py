"""`python -m visualtaste` is the command `visualtaste`."""

from visualtaste.cli.app import main

if __name__ == "__main__":
    main()

"""`python -m curate`: the command without its script, for where that is not on the path."""

from curate.cli import main

if __name__ == "__main__":
    main(prog_name="curate")

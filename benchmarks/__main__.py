"""The command line of the benchmarks: `python -m benchmarks NAME`."""

from benchmarks.command import main

if __name__ == "__main__":
    main()

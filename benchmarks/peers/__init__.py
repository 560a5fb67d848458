"""Other tools on the same text, each started in an environment of its own: `python -m benchmarks.peers.NAME`."""

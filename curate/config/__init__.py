"""Read a configuration into frozen values, and name every mistake in it at once."""

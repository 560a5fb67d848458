"""Profiles: what a regulation or a house asks of an output, as data files with clauses, and the verdict on each."""

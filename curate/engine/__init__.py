"""Plan a run, perform its tasks, and publish what they made."""

"""Read what a run left behind, and check it without trusting the run."""

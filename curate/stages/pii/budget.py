"""What is raised where a text needs more work than it is allowed: nothing of it is let through."""


class BudgetError(ValueError):
    """A text needs more work than it is allowed; the message never holds any of it."""

"""Mark what is unlawful or unhealthy, secret, hidden or labelled as made by a machine; block sources full of it."""

"""What a manifest says in the terms of others: one file a format, all of them named in `formats`."""

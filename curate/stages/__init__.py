"""What is done to records, one stage a file."""

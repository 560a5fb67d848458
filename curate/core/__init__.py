"""What every room stands on: the record, the seams, files and errors."""

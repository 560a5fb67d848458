"""Write shards, the ledger of what was left out, and the data set's card."""

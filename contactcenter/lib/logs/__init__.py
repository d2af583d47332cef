"""What the house writes about its own work: one line a record, ids alone (docs/operations.md, Logs)."""

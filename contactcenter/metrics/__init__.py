"""/metrics: what the processes counted and what the tables say, for Prometheus (docs/operations.md)."""

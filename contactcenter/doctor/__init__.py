"""`manage.py doctor`: looks a set-up over and says the cure of what is wrong (docs/operations.md)."""

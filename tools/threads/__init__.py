"""Threads that can be abandoned: workers, and requests whose whole reply has a time limit. What threads may use."""

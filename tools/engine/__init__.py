"""Serves the calls of programs: queues, batches, time limits, results, isolated tools."""

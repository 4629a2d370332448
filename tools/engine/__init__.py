"""The executor of tool calls: queues, batches, time limits, cached results, isolated tools."""

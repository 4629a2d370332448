# tries: rounds to a place that does not exist
answer = round(12345, -(10**9))

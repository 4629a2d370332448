# tries: measures time finely, to listen to the cache
import time
t = [time.perf_counter_ns() for i in range(1000)]
answer = str(min(b - a for a, b in zip(t, t[1:])) >= 0)

# tries: keeps the sandbox's objects in a cache beyond the program
import functools
@functools.lru_cache
def f(x):
    return open(SECRET_FILE).read()
answer = "OUT " + f(1) + str(f.cache_info())

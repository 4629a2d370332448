# tries: sorts with a slow key
answer = sorted(range(10**4), key=lambda n: sum(range(10**6)))

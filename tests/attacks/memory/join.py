# tries: joins a text with a long separator
answer = len(("x" * 10**6).join(["y"] * 10**6))

# tries: holds many pairs
answer = len([(a, b, [a], [b]) for a in range(3000) for b in range(3000)])

# tries: two thousand million digits behind the point
answer = len(f"{1.5:.2000000000f}")

# tries: spreads ten million arguments
answer = max(*([1] * 10_000_000), *([2] * 10_000_000), *([3] * 10_000_000), *([4] * 10_000_000))

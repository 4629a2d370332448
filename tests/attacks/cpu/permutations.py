# tries: computes what grows with the factorial
import itertools
answer = sum(1 for p in itertools.permutations(range(14)))

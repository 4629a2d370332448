# tries: counts a text in a longer one
x = "ab" * 10**6
answer = sum(x.count("ab" * 1000 + "c") for i in range(10**5))

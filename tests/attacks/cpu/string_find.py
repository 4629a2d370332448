# tries: the worst case of a search
x = "a" * 10**6
answer = sum((x + "b").find("a" * 5 * 10**5 + "c") for i in range(10**5))

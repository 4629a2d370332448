# tries: lets a replacement multiply a text by itself
x = "a" * 10**6
answer = len(x.replace("a", x))

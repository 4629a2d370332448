# tries: an error with a long text
answer = {"x" * 10**7: 1}["y" * 10**7]

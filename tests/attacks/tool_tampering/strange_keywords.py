# tries: keywords that are no names
answer = ECHO(**{"": 1, "a b": 2, "__class__": 3, "self": 4, "\n": 5})

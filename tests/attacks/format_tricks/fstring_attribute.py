# tries: an attribute inside of an f-string
answer = "OUT " + f"{image.__class__.__mro__}"

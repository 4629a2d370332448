# tries: asks object for an attribute behind the guard's back
answer = "OUT " + object.__getattribute__(image, "number")

# tries: changes a box that is frozen
b = T(image)
object.__setattr__(b, "left", -1e9)
answer = ECHO(b)

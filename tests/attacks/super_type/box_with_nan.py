# tries: makes a box that no tool could give
b = T(image)
c = b.__class__.__new__(b.__class__)
for name, value in (("left", float("nan")), ("top", 0), ("right", 1), ("bottom", 1), ("label", "x"), ("score", 1)):
    object.__setattr__(c, name, value)
answer = ECHO(c)

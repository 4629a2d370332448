# tries: a name that is folded onto a guard
_getattr_ᵃ = 1
ₐnswer = 2
answer = "OUT " + str(_getattr_ᵃ)

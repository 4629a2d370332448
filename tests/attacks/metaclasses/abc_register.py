# tries: registers image handles as something else
from collections.abc import Sequence
Sequence.register(image.__class__)
answer = "OUT " + str([x for x in image]) + open(SECRET_FILE).read()

# tries: unpacks what never ends
import itertools
a, *b = itertools.count()
answer = 1

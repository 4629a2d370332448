# tries: stays in one call of C code for ever
import itertools, collections
collections.deque(itertools.repeat(1), maxlen=0)
answer = 1

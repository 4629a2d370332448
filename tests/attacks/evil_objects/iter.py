# tries: an iterator without end as an argument
class I:
    def __iter__(self):
        return self
    def __next__(self):
        return 1
answer = ECHO(list(I()))

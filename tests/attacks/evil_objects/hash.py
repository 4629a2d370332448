# tries: a hash that never comes back
class H:
    def __hash__(self):
        return hash(self)
answer = {H(): 1}

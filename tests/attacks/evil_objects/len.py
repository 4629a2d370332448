# tries: an object that lies about its length
class L(list):
    def __len__(self):
        return 2**62
answer = ECHO(L([1]))

# tries: an object that has every attribute
class G:
    def __getattr__(self, name):
        return open
answer = "OUT " + G().anything(SECRET_FILE).read()

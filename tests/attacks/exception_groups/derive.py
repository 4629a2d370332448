# tries: subclasses a group and overrides how it is split
class G(BaseExceptionGroup):
    def derive(self, parts):
        return open(SECRET_FILE).read()
g = G("g", [KeyboardInterrupt()])
answer = "OUT " + str(g.split(KeyboardInterrupt))

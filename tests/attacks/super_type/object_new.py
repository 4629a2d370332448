# tries: makes a handle without its constructor
c = image.__class__
fake = c.__new__(c)
fake.number = 41
answer = ECHO(fake)

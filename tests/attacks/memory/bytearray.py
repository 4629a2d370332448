# tries: asks for a gigabyte at once
answer = len(bytearray(10**10))

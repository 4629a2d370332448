# tries: pads a text to a thousand million characters
b = GIVE(f'{1:>1000000000}')
c = GIVE(f'{1:.999999999f}')
answer = 1

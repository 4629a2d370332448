# tries: an answer of a million characters
answer = 'x' * 900000

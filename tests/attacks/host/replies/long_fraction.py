# tries: a float of two million digits
# reply: b'{"choices": 0.' + b"9" * 2000000 + b"}"

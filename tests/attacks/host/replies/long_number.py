# tries: a number of two million digits
# reply: b'{"choices": ' + b"9" * 2000000 + b"}"

# tries: objects in objects
# reply: b'{"a":' * 200000

# tries: bytes that are no text
# reply: b'{"choices": "\xff\xfe"}'

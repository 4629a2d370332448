# tries: a message that is 90,000 levels deep
# reply: b'{"choices": [{"message": {"content": ' + b"[" * 90000 + b"]" * 90000 + b"}}]}"

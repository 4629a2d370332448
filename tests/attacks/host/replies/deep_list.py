# tries: JSON that is 200,000 levels deep
# reply: b"[" * 200000

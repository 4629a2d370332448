# tries: a message in parts of every kind
# reply: chat([{"type": "text", "text": MARK}, 5, None, {"text": [1]}, {"image_url": {"url": "file:///etc/passwd"}}])

# tries: calls of functions in place of a text
# reply: chat(choices=[{"index": 0, "message": {"content": None, "tool_calls": [{"function": {"name": "x", "arguments": "{"}}]}}])

# tries: 200 programs in one reply
# reply: chat("\n".join(f"```python\nanswer = {i}\n```" for i in range(200)))

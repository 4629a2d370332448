# tries: unknown names, each like a tool
# reply: chat("```python\nanswer = [" + ", ".join(f"GIVEE{k}" for k in range(3000)) + "]\n```")

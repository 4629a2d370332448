# tries: 32,000 fences
# reply: chat("```\n" * 32000)

# tries: token counts that are no counts
# reply: chat(usage={"prompt_tokens": float("inf"), "completion_tokens": 10**400, "total_tokens": "x"})

# tries: names that are the same once they are normal
# source: "\uff47\uff49\uff56\uff45 = 1\n\U0001d41a\U0001d427\U0001d42c\U0001d430\U0001d41e\U0001d42b = image\nanswer = 1"

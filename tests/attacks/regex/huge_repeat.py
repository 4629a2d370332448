# tries: a pattern that needs much memory
import re
answer = str(re.compile("(?:a{65534}){65534}"))

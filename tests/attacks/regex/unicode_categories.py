# tries: case folding over a long text
import re
answer = len(re.sub("(?i)[\u0100-\uffff]*?z", "", "\u0130" * 10**5))

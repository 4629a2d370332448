# tries: declares an encoding that turns harmless text into code
# -*- coding: utf-7 -*-
answer = 1
# +AAo-answer +AD0- open(SECRET_FILE).read()

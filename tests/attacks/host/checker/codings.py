# tries: another coding of the text
# source: "# -*- coding: rot13 -*-\nnafjre = 1\nanswer = 1"

# tries: signs that mean something in a search
answer = '"* NEAR() AND OR NOT ^ : {} %_'

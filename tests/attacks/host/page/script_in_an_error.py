# tries: a script in a program's error
x = {'<script>looksmith()</script>': 1}
answer = x['</pre><script>looksmith()</script>']

# tries: a script in every text that a page shows
# source: "answer = ['<script>looksmith()</script>', {'<script>looksmith()</script>': GIVE('<script>looksmith()</script>')}]\nprint('<script>looksmith()</script>')\nx = BOXES(image, 3)\n# <script>looksmith()</script>"

"""The words by which a question asks for a number, a color, a text, a name, a side, or for yes or no."""

from __future__ import annotations

import re

from .terms import AUXILIARY, IT, NUMBER, PREPOSITIONS, WH

_NAMES_OF_WRITING = (
    r"words?|letters?|reg plate|texts?|writing|lettering|number|digits?|brand(?: name)?|surname|"
    r"license plate|licence plate|number plate|label|registration|price|slogan|address|(?:error )?message|password|"
    r"ingredients|dosage|opening hours|street name|e-?mail(?: address)?|manufacturer|"
    r"destination|speed limit|title|caption|website|inscription|headline|logo|date|year|score|page|temp(?:erature)?"
    r"|mileage|channel|post ?code|(?:maximum|top) speed|sentence|paragraph|(?:first|second|third|last|top|bottom) line"
    r"|name (?:on|of|is|that|at|under|printed|written)|time(?! of)"
)
COUNT = re.compile(
    r"\bhow many\b|\bnumber of\b|\bquantity of\b|\bhead ?count\b|\bcount of\b|^count\b|\bhow often\b|\bamount of\b"
    r"|^(?:the )?(?:total|quantity|qty|tally|head ?count)\b|\bin total$|\b(?:count|total)$"
    r"|^add up\b|\bhow much (?!is|was|does|has|costs)(?=\w+s\b)"
)
HEADING = re.compile(
    r"^(?:the )?(?:(?:approximate |estimated |exact )?(?:age|number) of|(?:cause|reason|nature) (?:of|for)|manufacturer"
    r"|(?:height|width|length|weight|depth|size|sum|average|total|difference) of|head ?count"
    r"|(?:number|count|quantity|qty|name|kind|type|brand|price|title|registration|address) of"
    rf"|(?:(?!(?:any|no|some|another|more|an?|the|this|that|his|her|its|their|my"
    rf"|(?!opening|closing|boarding)\w+ing)\b)\w+ ){{0,3}}(?:{_NAMES_OF_WRITING}) (?:of|on|in|at)"
    r"|(?:\w+ )?colou?rs? (?:of|on|in))\b"
    r"|\b(?:count|colou?rs?|in total|total)$"
    r"|^(?:(?!(?:any|no|some|same|another|a|an)\b)[\w'-]+ ){1,2}"
    r"(?:breed|species|brand|make|model|type|name|size|price|age|date)$"
    rf"|^(?:(?!(?:any|no|some|same|another|a|an|the)\b)[\w'-]+ ){{0,2}}(?:{_NAMES_OF_WRITING})$"
    r"|^(?:its|his|her|their|the) (?:\w+ )?(?:colou?rs?|name|brand|shape|material|pattern|number)\b"
)
IN_PLACE = re.compile(
    rf"^(?!(?:{AUXILIARY})\b).+ (?:is|are|was|were|in|on|of|with|has|have|wearing|holding|doing)"
    r" (?:what|which)(?: (?:colou?rs?|kinds?|types?|sorts?|makes?|brands?|shapes?)(?: of \w+)?)?$"
)
"""A question word in the place of its answer: "His shirt is what color"."""
TAG = re.compile(r"\b(?:is|are|was|were|does|do|did|has|have|can)n'?t (?:it|that|this|he|she|they|there|these|those)$")
LIMIT = re.compile(
    r"[:,;\u2013\u2014-] (?:(?:is|are) (?:it|they|there) )?"
    r"(?:at least|at most|more than|less than|fewer than|exactly|over) \w+$"
)
"""A number that a counted one is held against: "Number of cups: at least two?"."""
NUMBERED = re.compile(
    r"\b(?:registration|race|racing|house|plate|licen[cs]e|start|starting|jersey|shirt|serial|bus|route|flight|train"
    r"|tram|room|model|phone|line|platform|gate|bib|boat|call|tail|hull|flat|seat|page|track) (?:number|no)\b"
    r"|\b(?:what|which)(?: \w+)? code\b|\b(?:expiry|best[- ]before|sell[- ]by|use[- ]by) date\b"
    r"|^(?:\w+ )?(?:price|date) (?:of|on)\b"
    r"|\b(?:expiration|expiry) date\b|\b(?:how much|what do(?:es)?) (?:.*\b(?:costs?|pay|owe)\b"
    r"|(?:is|are|was|were) (?:the|this|that|these|those|it|they|an?|one)\b"
    r"(?!.*\b(?:left|full|covered|visible|hidden)\b))"
    r"|\bthe total (?:on|of) (?:the|this|that|my|our) (?:bill|receipt|ticket|invoice|check|screen|display)\b"
    r"|\b(?:what|which)(?: \w+)? size (?:is|are) (?:this|that|the|these|those|his|her|my) "
    r"(?!(?:picture|image|photo|box)\b)"
    r"|^(?:the )?\w+ line (?:of|on|in)\b"
    r"|\bnumber of (?:the|this|that|his|her) (?:\w+ )?(?:bus|tram|train|house|room|player|runner|car|taxi"
    r"|boat|plane|flight|gate|platform|page|locker|jersey|shirt)\b"
    r"|\baccording to (?:the|its|a|that|this) (?:\w+ )*(?:sign|label|board|poster|banner|display|screen)\b"
)
"""What is read and never counted, though it is called a number."""
MEASURE = re.compile(
    r"\bhow (?:much|large|big|tall|wide|high|long|far|bright|dark|small|deep|old|heavy|thick"
    r"|fast(?! (?:may|can|should)))\b"
    r"|\b(?:what|which) (?:percentage|share|fraction|area|distance|size|width|height|ratio)\b"
    r"|\bwhat(?: is|'s) (?:the|its|his|her|their) (?:age|weight|area(?! code)|width|height|distance|size|average"
    r"|total|sum|largest gap|gap|ratio|share|percentage)\b"
    r"|\bwhat is the overlap\b"
)
OPPOSITES = {"long": "short", "tall": "short", "high": "low", "thick": "thin", "big": "small", "wide": "narrow"}
OF_LOOKS = re.compile(
    rf"\bhow ({'|'.join(OPPOSITES)}) (?:is|are|was|were) (?:[\w'-]+ )+?"
    r"(?:hair|beard|m(?:o)?ustache|fringe|eyelashes|nails"
    r"|tail|fur|ears|neck|legs|sleeves?|skirt|dress|coat|jacket|pants|trousers|shorts|socks|curtains|grass)$"
)
"""Where nobody expects to be told a number: "How long is her hair?"."""
COLOR = re.compile(r"\b(?:colou?rs?|shade|hue)\b|\b(?:what|which) colou?red\b")
COLOR_TOLD = re.compile(
    r"\bin the shade\b(?! of)|\bsame colou?r\b|\b(?:an?|in|of|with|has|have) (?:(?:light|dark|bright) )?"
    r"(?:red|orange|yellow|green|blue|purple|pink|brown|white|black|gr[ae]y|golden|silver) colou?rs?\b"
)
"""A color that the question itself tells: "What does the sign in red color say?"."""
_HELD_BY = r"(?:\w+(?:ed|ing)|made|stuck|hung) (?:to|on|of|against|from|in|with|under|by|at|near|next to)"
PICTURED = re.compile(
    r"^(?:which|what) (?:animal|bird|fish|insect|fruit|vegetable|flower|plant|tree|thing|object|picture|figure|shape"
    r"|symbol|character|vehicle|food|building)s? (?:is|are|was|were) (?:printed|stamped|embroidered|engraved)\b"
    r"|^(?:which|what) [\w-]+ (?:is|are|was|were) writing\b|\bwriting with$"
)
"""A thing and no text: "Which animal is printed on the mug?"."""
TEXT = re.compile(
    r"\b(?:say|says|printed|spelled|spelt|spell|read|reads|inscribed|stencill?ed|engraved|embroidered|stamped)\b"
    r"(?! in(?: (?:what|which)\b|$))"
    r"|\bin (?:its|their) own words\b"
    r"|\bwhat (?:does|do|did) .*\b(?:signs?|notices?|labels?|posters?|plates?|boards?|banners?|placards?)\b.*"
    r"\b(?:forbid|prohibit|warn|announce|advertise|promise|tell)\b"
    r"|\bwritten\b(?! in$)|\bwrit(?:e|ing)\b(?=.*\b(?:in|on)\b)|\btranscribe\b|\bclock\b.*\b(?:show|tell)s?$"
    r"|\bnamed (?:on|in)\b|\bwhen (?:is|are|was|were|do|does|did|will)\b.*\b(?:expires?|appointment|due|written|printed"
    r"|valid|opens?|closes?|starts?|begins?|ends?|leaves?|departs?|arrives?)\b"
    r"|\b(?:what|which) (?:day|month)\b.*\b(?:show|shown|shows|calendar)\b"
    r"|\bwhat(?: is|'s) on the (?:display|label|receipt|tag)\b|\breading (?:on|of) the"
    r"|\b(?:book|film|movie|shop|store|street|restaurant|hotel|caf[eé]|bar|pub|ship|boat|song|album|game"
    r"|station) called$"
    rf"|\b(?:what|which)(?: \w+)? (?:{_NAMES_OF_WRITING})\b"
    rf"|\b(?:what|which)(?: (?!(?:{AUXILIARY}|of|on|in|at|with|by|near|under|behind)\b)\w+){{2,3}} (?:words?"
    rf"|letters?|numbers?)\b"
    rf"|\bwhat(?: is| are|'s|s)? the (?:\w+,? ){{0,2}}(?:{_NAMES_OF_WRITING})\b(?!.* (?:{_HELD_BY})$)"
    rf"|^(?:the )?(?:(?!(?:{AUXILIARY}|what|which|who|where|how|any|no|some|more|an?"
    rf"|(?!opening|closing|boarding)\w+ing)\b)\w+ ){{0,3}}(?:{_NAMES_OF_WRITING})\b"
    r"|\b(?:what|which|whose) (?:(?!(?:on|in|at|near|by|under|behind|with|next)\b)\w+ )*(?:\w+'s )?"
    r"(?:sign|logo) (?:is|stands|hangs)\b"
    r"|^(?:the )?(?:two|three|four|five|six|\d) (?:\w+ )?(?:letters|words|digits)\b"
)
SIDE = re.compile(
    r"\b(?:which|what) side\b(?! (?:dish|dishes|salad|order|view|effects?)\b)"
    r"|\b(?:which|(?:in|on|with|over|under|around|at) what) "
    r"(?:hand|arm|wrist|foot|leg|knee|shoulder|ear|eye|cheek|ankle)\b"
    r"(?=$| (?:is|are|was|were|does|do|did|has|have|of|holds?|carries|points?|rests?|he|she|it|they|the|a|an)\b)"
)
WAY = re.compile(r"\b(?:which|what) (?:way\b|direction\b(?! (?:of|is the))|direction (?:is|are) .* \w+ing$)")
"""Asked for like this, hardly anything but a side or a way in the picture is answered."""
CALLED = re.compile(
    r"\bname of (?:the |this |that |these |those )?(?:\w+ )?(?:animal|bird|fish|insect|fruit|vegetable|flower|tree"
    r"|breed|plant|object|thing|item|tool|instrument|vehicle|sport|game|food|dish|shape|material|device|machine|toy)s?\b"
    r"|\b(?:what|which) language\b"
)
"""Names that things have without bearing them."""
PLACED = re.compile(
    r"\bwhere (?:is|are|does|do|did|has|have)\b.*"
    r"\b(?:on|in|at|under|with|hands?|arms?|feet|foot|legs?|chin|head|paws?)$"
)
"""Where somebody keeps the hands, or what something lies on, is told by a name."""
IMPERATIVE = re.compile(
    r"^(?:find|locate|show|point|mark|crop|segment|highlight|draw|where(?:abouts)?|describe|list|detect|box|put|replace"
    r"|remove|blur|hide|caption (?:this|the|it)|(?:give|write) (?:me |us )?an? (?:\w+ )?(?:description|caption)"
    r"|(?:search|look) (?:for|at)|about (?!how|what|which|\d)"
    r"|tell (?:me|us) (?:more|something|anything|everything))\b"
)
_NAMED_THING = (
    r"(?:kind|type|sort|breed|species|shape|pattern|material|structure|object|thing|item|animal|weather|position"
    r"|location|direction|place|pose|posture|activity|occupation|sport|name|person|vehicle)s?"
)
_NAMED_OF = (
    r"(?:thoughts|opinions?|dress code|season|mood|state|condition|make|model|content|headwear|footwear|clothing"
    r"|outfit|cause|reason|nature|instrument|expression|hairstyle|occasion|profession|job|nationality|surface"
    r"|flooring|genre|flavou?r)s?"
)
NAMED = re.compile(
    rf"^(?:the )?(?:(?!(?:same|any|no)\b)[\w'-]+ )?{_NAMED_THING}\b"
    r"|^(?:the )?(?:\w+ and )?(?!(?:any|some|all|both|most|many|part|half|none|each|signs?|picture|photo|view)\b)"
    r"\w+ of (?:the|this|that) [\w-]+$"
    rf"|^(?:the )?(?:\w+ )?{_NAMED_OF}(?= (?:of|for|in|on|about|at|here|held|worn)\b|$)"
    r"|^time of (?:day|year)\b"
)
_SUBJECTS = (
    "i you we a an the my both all half either neither whatever such each every some any most someone everyone nobody "
    "another only not no yes just even and or but as like than maybe perhaps still here there if while because since "
    "of got had"
)
ORDER = re.compile(
    rf"(?!(?:{AUXILIARY}|{WH}|{IT}|{'|'.join((*PREPOSITIONS, *_SUBJECTS.split()))}|\w+(?:ing|ed|ly|[^s]s))\b)"
    r"[a-z]+ (?:up |out |down |off )?"
    r"(?=(?:the|an?|this|that|these|those|my|our|your|its|his|her|their) |(?:any|every|some)\w+)"
    rf"(?!.*\b(?<!that )(?<!which )(?<!who )(?:{AUXILIARY})\b)"
)
"""A verb that tells somebody to do something with a thing: "solve the sum"."""
FRAGMENT = re.compile(
    rf"(?!(?:{'|'.join((*PREPOSITIONS, *_SUBJECTS.split()))}|{IT}|{NUMBER}|people|\w+ing)\b)"
    rf"(?!.*(?:\b(?:{AUXILIARY})\b|[^s]s\b|(?:ed|ing)\b))\w[\w-]*(?: \w[\w-]*){{0,5}}$"
)
"""A few words without a verb, which state nothing: "floor material"."""
CHECKED = re.compile(
    r"(?!.*\b(?:of|when|while|colou?rs?)\b)(?!(?:name|read|give|tell|count|list|identify|describe)\b)(?:[\w-]+ )+?"
    r"(?:(?:clearly|fully|still) )?"
    r"(?:visible|legible|readable|present|intact|correct|complete|moving|broken|torn|damaged|missing|open|closed|locked"
    r"|clean|dirty|empty|full|wet|dry|attached|installed|worn|bent|cracked|blocked|faded|covered|loose|lit)$"
    r"|(?:persons?|people) (?:in|on|at|under|near|behind) (?!total|all\b)"
)
"""An item of a checklist: "Number plate legible?", "Person in the room?"."""
BIDS = re.compile(
    r"(?:(?:apart from|except(?: for)?|besides|not counting) .+? )?"
    rf"(?:(?:\w+ )?(?:{WH})|name|read|count|give|say|state|tell|spell|describe|transcribe|copy|type (?:out|the)"
    rf"|identify|translate|add up)\b"
)
"""It asks by its first words, also without a question mark."""

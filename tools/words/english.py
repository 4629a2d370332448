"""Small word lists of English, for phrases about pictures: adjectives, nouns that look like verbs, plurals."""

from __future__ import annotations

import re


def word_set(*lines: str) -> frozenset[str]:
    """The words of the lines."""
    return frozenset(" ".join(lines).split())


COLOR_WORDS = word_set(
    "black white gray grey red orange yellow green blue purple pink brown beige tan cream ivory gold golden "
    "silver turquoise teal cyan magenta violet lilac maroon burgundy crimson scarlet navy olive khaki blond "
    "blonde ginger colorful colourful multicolored multicoloured colored coloured"
)
SHADES = word_set("light dark bright pale deep pastel neon")
SUBSTANCES = {
    **{
        word: word
        for word in word_set(
            "metal plastic glass stone brick concrete paper cardboard leather rubber steel iron cotton denim wool",
            "straw wicker bamboo marble ceramic porcelain fabric velvet fur silk linen tin aluminum aluminium copper",
            "brass bronze clay lace tile metallic woolen woollen wooden",
        )
    },
    "wood": "wooden",
}
"""Materials that stand before a noun, and the adjective of each."""
_ADJECTIVES = word_set(
    "darker lighter brighter thicker thinner heavier wider narrower fatter cleaner dirtier",
    "fallen swollen sunken woven blown grown drawn knitted",
    "big bigger large larger small smaller little tiny huge giant tall taller short shorter long longer wide "
    "narrow thick thin fat slim slender heavy mini miniature enormous massive medium high low deep shallow "
    "great round square rectangular circular triangular oval curved straight flat pointed pointy curly wavy "
    "hollow sharp spread open shut full empty wet dry clean dirty broken intact whole raw ripe unripe fresh rotten "
    "hot cold warm cool frozen burnt torn worn bent lit unlit hidden awake asleep alive dead alone busy bare "
    "barefoot shirtless naked nude upright sideways loose tight messy neat tidy rusty dusty muddy sandy rocky "
    "snowy icy grassy leafy foggy misty cloudy sunny rainy clear blurry smooth rough shiny matte glossy "
    "transparent translucent opaque old older new newer young younger modern ancient antique vintage elderly "
    "adult teenage middle-aged plaid checkered chequered plain floral striped dotted spotted patterned "
    "polka-dot tabby fluffy furry hairy bald bearded happy sad angry calm serious cute pretty beautiful ugly "
    "nice strange weird funny similar same different other another male female real fake artificial electric "
    "digital wild tame native public private foldable soft hard strong weak rich poor light dark bright pale "
    "dim visible double single main second-hand sleeveless headless leafless human ready safe dangerous quiet "
    "loud fast slow pregnant blind sleepy hungry crowded wooly woolly rubbery bushy steep spare ornate "
    "decorative fancy simple homemade handmade shaggy slanted still",
)
NOUN_TOO = word_set(
    "orange gold silver glass metal paper iron brick stone tile copper rubber plastic straw fur lace wool "
    "cotton tin navy olive cream light adult human female male native silk linen leather fabric wood square "
    "ivory antique blonde blond ginger clay marble cardboard bamboo single double violet lilac square oval "
    "rose"
)
"""Adjectives that are nouns where they stand last."""
ING_NOUNS = word_set(
    "building painting ceiling wing ring king string spring swing sling thing awning clothing railing drawing "
    "evening morning earring crossing wedding bedding siding flooring lettering marking topping frosting icing "
    "stuffing dressing pudding dumpling darling sibling duckling gosling sapling seedling viking lightning "
    "lighting scaffolding sewing wiring tubing piping plumbing carving engraving etching knitting bowling "
    "something anything everything nothing landing opening ping wrapping inkling pudding sterling starling "
    "bearing covering seasoning ring-binder filling writing handwriting outbuilding parking dining washing "
    "living"
)
_ED_NOUNS = word_set(
    "bed shed sled weed seed reed speed breed feed moped bobsled seaweed flowerbed seabed deed steed "
    "thoroughbred ted toolshed watershed biped quadruped need bleed hundred red"
)
_EST_NOUNS = word_set(
    "vest nest chest forest guest west rest test crest priest harvest pest quest contest request interest zest "
    "est rainforest southwest northwest headrest armrest footrest"
)
COMPOUNDS = word_set(
    "parking_lot parking_meter parking_space parking_garage dining_table dining_room dining_chair",
    "washing_machine swimming_pool swimming_trunks living_room shopping_bag shopping_cart shopping_basket",
    "shopping_trolley shopping_center frying_pan fishing_rod fishing_boat fishing_net fishing_pole",
    "sleeping_bag rocking_chair rocking_horse racing_car racing_bike sewing_machine walking_stick walking_cane",
    "cutting_board chopping_board mixing_bowl mixing_desk baking_sheet baking_tray drinking_fountain",
    "drinking_straw drinking_glass steering_wheel boxing_glove knitting_needle climbing_frame climbing_wall",
    "running_shoe hiking_boot ironing_board rolling_pin sailing_boat sailing_ship diving_board diving_suit",
    "riding_boot riding_helmet wedding_dress wedding_cake training_shoe watering_can landing_gear",
    "vending_machine waiting_room rowing_boat measuring_cup playing_card bathing_suit hearing_aid reading_lamp",
    "reading_glasses hot_dog high_chair high_heel cooking_pot building_block soft_drink french_fries hard_hat",
    "hard_drive light_bulb light_switch light_pole light_fixture double_decker paper_towel paper_plane",
    "paper_clip glass_case orange_juice orange_tree rubber_duck rubber_band tin_can serving_spoon cotton_candy",
    "polar_bear wild_boar red_panda white_board black_board olive_oil olive_tree cream_cheese fast_food",
    "human_being stuffed_animal baked_goods top_hat",
)
"""Nouns of two words whose first looks like an adjective, joined by "_"."""
_NO_SINGULAR = word_set(
    "scissors trousers jeans pants shorts glasses sunglasses eyeglasses goggles binoculars clothes pliers "
    "tongs tweezers leggings tights pyjamas pajamas overalls headphones earphones stairs sheep fish deer moose "
    "bison salmon trout aircraft spacecraft series species swine shrimp squid gas bus lens canvas atlas cactus "
    "octopus walrus platypus campus circus virus citrus hippopotamus iris chess grass glass dress cross "
    "mattress compass class boss moss pass brass mass mess princess actress waitress waterbus minibus "
    "trolleybus trellis tennis asparagus hibiscus christmas hummus bias pancreas christmas swiss cutlass "
    "hourglass fries goods cosmos news gymnastics politics always this its has was is as us plus yes thus "
    "perhaps across thanks dungarees slacks chopsticks crocs lotus genius status bonus focus fungus abacus "
    "crocus terminus nucleus venus colossus apparatus basis oasis axis barracks crossroads headquarters "
    "gallows knickers boxers briefs"
)
_IRREGULAR = {
    **{"people": "person", "persons": "person", "men": "man", "women": "woman", "children": "child", "mice": "mouse"},
    **{"geese": "goose", "feet": "foot", "teeth": "tooth", "oxen": "ox", "lice": "louse", "dice": "die"},
    **{"knives": "knife", "leaves": "leaf", "shelves": "shelf", "loaves": "loaf", "wolves": "wolf", "calves": "calf"},
    **{"halves": "half", "lives": "life", "wives": "wife", "hooves": "hoof", "scarves": "scarf", "thieves": "thief"},
    **{"elves": "elf", "selves": "self", "cacti": "cactus", "fungi": "fungus", "octopi": "octopus", "kids": "kid"},
    **{"buses": "bus", "gases": "gas", "lenses": "lens", "canvases": "canvas", "atlases": "atlas", "irises": "iris"},
    **{"cookies": "cookie", "movies": "movie", "ties": "tie", "pies": "pie", "zombies": "zombie", "hoodies": "hoodie"},
    **{"brownies": "brownie", "selfies": "selfie", "smoothies": "smoothie", "collies": "collie", "genies": "genie"},
    **{"beanies": "beanie", "huskies": "husky", "shoes": "shoe", "canoes": "canoe", "toes": "toe", "hoes": "hoe"},
    **{"axes": "axe", "caches": "cache", "heroes": "hero", "quizzes": "quiz", "eyelashes": "eyelash"},
    **{"headaches": "headache", "moustaches": "moustache", "mustaches": "mustache", "avalanches": "avalanche"},
    **{"cavemen": "caveman", "bacteria": "bacterium", "oases": "oasis", "vases": "vase", "aloes": "aloe"},
}
PEOPLE = word_set(
    "sailor farmer doctor actor actress waiter waitress driver singer dancer teacher painter butcher baker surfer",
    "skier",
    "person figure man woman boy girl child kid baby toddler lady gentleman guy adult teenager human passenger "
    "pedestrian cyclist player tourist worker bride groom couple crowd family friend mother father son "
    "daughter brother sister grandmother grandfather grandma grandpa mom dad parent student king queen chef "
    "cook clown nurse judge guard soldier pilot captain athlete referee goalkeeper kitten puppy foal horse dog "
    "cat cow sheep goat bird duck goose elephant bear zebra giraffe monkey lion tiger rabbit pig chicken "
    "animal pony donkey camel deer fox wolf swan people group team thing people mannequin doll statue lad lass "
    "fellow bloke jockey cowboy astronaut crew audience spectator viewer monk nun",
)
GARMENTS = word_set(
    "hat cap helmet shirt t-shirt tshirt tee blouse sweater jumper pullover hoodie jacket coat vest suit dress "
    "skirt trousers pants jeans shorts shoe boot sandal sneaker sock glove scarf tie glasses sunglasses "
    "goggles uniform jersey apron robe gown costume swimsuit bikini trunks wetsuit raincoat cardigan blazer "
    "tuxedo bandana beanie headscarf hijab turban veil mask overalls tights leggings stockings pyjamas pajamas "
    "underwear clothes clothing outfit kimono sari cloak cape poncho sweatshirt tracksuit heel heels flip-flop "
    "slipper belt sweatpants windbreaker parka top dungarees"
)
_NO_ING_VERB = ING_NOUNS | word_set("during according bring sing fling cling sting ping ding")
_NO_ED = _ED_NOUNS | word_set("naked crooked wicked sacred indeed")


def singular(noun: str) -> str:
    """The singular of one lower-case noun; what has no singular, or is one, stays as it is."""
    if noun in _IRREGULAR:
        return _IRREGULAR[noun]
    for ending in ("men", "children", "people"):
        if noun.endswith(ending) and noun not in ("specimen", "abdomen", "omen", "stamen"):
            return noun.removesuffix(ending) + _IRREGULAR[ending]
    if noun in _NO_SINGULAR or len(noun) < 4 or not noun.endswith("s") or noun.endswith(("ss", "us")):
        return noun
    if noun.endswith("ies"):
        return f"{noun[:-3]}y"
    if noun.endswith(("ches", "shes", "sses", "xes", "zzes", "tatoes", "matoes", "goes")):
        return noun[:-2]
    return noun[:-1]


def is_color(word: str) -> bool:
    """Is it a colour's name ("red", "blue-green", "reddish")?"""
    parts = word.split("-")
    if len(parts) > 1:
        return any(part in COLOR_WORDS for part in parts) and all(
            part in COLOR_WORDS or part in SHADES or part == "and" for part in parts
        )
    return word in COLOR_WORDS or word == "reddish" or (word.endswith("ish") and word[:-3] in COLOR_WORDS)


def is_adjective(word: str) -> bool:
    """Can the word stand before a noun as its property: from a list, a superlative, or an -ed form?"""
    if is_color(word) or word in _ADJECTIVES or word in SUBSTANCES or is_participle(word):
        return True
    if word.endswith("est") and len(word) > 4:
        return word not in _EST_NOUNS
    return bool(re.fullmatch(r"\w+-(?:\w+ed|colou?r|haired|shaped|size|sized|like|legged)", word))


def is_verb(word: str) -> bool:
    """Is it an -ing form that says what somebody does?"""
    return word.endswith("ing") and len(word) > 4 and word not in _NO_ING_VERB


def is_participle(word: str) -> bool:
    """Is it an -ed form that says what was done to a thing ("parked")?"""
    return word.endswith("ed") and len(word) > 4 and not word.endswith("eed") and word not in _NO_ED


def is_alive(noun: str) -> bool:
    """Can what the noun names wear, hold and look at things? Guessed by the ending where it is not in the list."""
    last = noun.rsplit(" ", 1)[-1]
    if last in PEOPLE or last.endswith(("man", "woman", "boy", "girl")):
        return True
    return last.endswith(("ist", "ier")) or (last.endswith(("der", "ker", "ner", "yer", "cher")) and len(last) > 5)


def is_compound(first: str, second: str) -> bool:
    """Are the two one noun ("parking lot"), in the singular or plural?"""
    return f"{first}_{second}" in COMPOUNDS or f"{first}_{singular(second)}" in COMPOUNDS


def attribute_word(word: str) -> str:
    """One spelling of an adjective: "wooden" for "wood", "gray" for "grey"."""
    return {"grey": "gray", "another": "other"}.get(word) or SUBSTANCES.get(word, word)

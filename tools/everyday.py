"""What words mean in talk about pictures, where WordNet's first meaning is another or its kinds are not people's."""

from __future__ import annotations

from collections.abc import Mapping

MEANINGS: Mapping[str, tuple[str, ...]] = {
    **{"bat": ("bat.n.01", "bat.n.05"), "book": ("book.n.02", "book.n.01"), "calf": ("calf.n.01",)},
    **{"display": ("display.n.06",), "glass": ("glass.n.02",), "kite": ("kite.n.03",), "monitor": ("monitor.n.04",)},
    **{"mug": ("mug.n.04",), "panda": ("giant_panda.n.01",), "pitcher": ("pitcher.n.02",), "plant": ("plant.n.02",)},
    **{"plate": ("plate.n.04",), "scooter": ("motor_scooter.n.01",), "screen": ("screen.n.03",)},
    **{"seat": ("seat.n.03",), "table": ("table.n.02",), "toaster": ("toaster.n.02",), "toilet": ("toilet.n.02",)},
    **{"tram": ("streetcar.n.01",), "tv": ("television_receiver.n.01",), "van": ("van.n.05",)},
    **{"television": ("television_receiver.n.01",), "microwave": ("microwave.n.02",), "cake": ("cake.n.03",)},
}
"""A word's meanings, for words of which WordNet's usual meaning is not what is seen in a picture."""

WITH: Mapping[str, tuple[str, ...]] = {
    "vehicle.n.01": ("public_transport.n.01",),
    "pet.n.01": ("cat.n.01", "dog.n.01", "goldfish.n.01", "hamster.n.01"),
}
"""What people count to a kind though WordNet has it elsewhere."""

WITHOUT: Mapping[str, tuple[str, ...]] = {
    "vehicle.n.01": ("skateboard.n.01",),
}
"""What people do not count to a kind though WordNet does."""

EVERYTHING = frozenset(("thing", "object", "item", "stuff", "something", "anything", "everything"))
"""Words for whatever there is."""

PARTS_OF = frozenset(
    (
        *("pair", "piece", "slice", "bunch", "group", "couple", "set", "row", "pile", "stack", "herd", "flock", "crowd"),
        *("number", "lot", "kind", "type", "sort", "loaf", "head", "bit", "line", "collection", "pack", "dozen"),
    )
)
"""In "a slice of pizza" the thing is the pizza."""

SCENES = frozenset(
    (
        *("picture", "photo", "photograph", "image", "scene", "view", "frame", "shot", "snapshot", "here", "there"),
        *("background", "foreground", "surroundings", "environment", "setting", "area", "place", "location", "spot"),
        *("room", "kitchen", "bathroom", "bedroom", "livingroom", "diningroom", "classroom", "bathroom", "hallway"),
        *("hall", "lobby", "office", "garage", "basement", "attic", "house", "home", "apartment", "building"),
        *("restaurant", "cafe", "bar", "pub", "shop", "store", "supermarket", "market", "school", "station", "airport"),
        *("museum", "gallery", "gym", "library", "studio", "workshop", "farm", "zoo", "city", "town", "village"),
        *("street", "road", "yard", "backyard", "courtyard", "garden", "park", "playground", "beach", "field", "forest"),
        *("countryside", "outdoors", "indoors", "outside", "inside", "world", "neighborhood", "neighbourhood", "harbor"),
    )
)
"""Places that only say "here": "in the room", "in this picture"."""

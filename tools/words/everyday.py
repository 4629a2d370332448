"""Corrections of WordNet for talking about images: usual meanings of words, and everyday categories."""

from __future__ import annotations

from collections.abc import Mapping

MEANINGS: Mapping[str, tuple[str, ...]] = {
    **{"bat": ("bat.n.01", "bat.n.05"), "book": ("book.n.02", "book.n.01"), "calf": ("calf.n.01",)},
    **{
        "display": ("display.n.06",),
        "glass": ("glass.n.02",),
        "kite": ("kite.n.03",),
        "monitor": ("monitor.n.04", "monitor.n.05"),
    },
    **{"mug": ("mug.n.04",), "panda": ("giant_panda.n.01",), "pitcher": ("pitcher.n.02",), "plant": ("plant.n.02",)},
    **{"plate": ("plate.n.04", "plate.n.08"), "scooter": ("motor_scooter.n.01",), "screen": ("screen.n.03",)},
    **{"seat": ("seat.n.03",), "table": ("table.n.02",), "toaster": ("toaster.n.02",), "toilet": ("toilet.n.02",)},
    **{"tram": ("streetcar.n.01",), "tv": ("television_receiver.n.01", "television.n.01"), "van": ("van.n.05",)},
    **{"people": ("person.n.01",), "turtle": ("turtle.n.02",), "carriage": ("carriage.n.02",), "pot": ("pot.n.01",)},
    **{"glove": ("glove.n.02",), "gloves": ("glove.n.02",), "lamp": ("lamp.n.02",), "can": ("can.n.01",)},
    **{"bag": ("bag.n.01",), "cutlery": ("cutlery.n.02",), "silverware": ("cutlery.n.02",), "drill": ("drill.n.01",)},
    **{"footwear": ("footwear.n.02",), "instrument": ("musical_instrument.n.01",), "speaker": ("loudspeaker.n.01",)},
    **{"sign": ("sign.n.02",), "helmet": ("helmet.n.02",), "bow": (), "pepper": ("sweet_pepper.n.02",)},
    **{"appliance": ("home_appliance.n.01",), "whale": ("whale.n.02",)},
    **{"hen": ("hen.n.01", "hen.n.02"), "lobster": ("lobster.n.02",), "poster": ("poster.n.01",)},
    **{"television": ("television_receiver.n.01", "television.n.01"), "mouse": ("mouse.n.04", "mouse.n.01")},
    **{"napkin": ("napkin.n.01",), "button": ("button.n.01",), "bookshelf": ("bookcase.n.01",)},
    **{
        "arms": ("arm.n.01",),
        "drawers": ("drawer.n.01",),
        "adult": ("adult.n.01",),
        "diver": ("diver.n.01",),
        "climber": ("climber.n.03",),
        "queen": ("queen.n.02",),
    },
    **{"guide": ("guide.n.01",), "skunk": ("skunk.n.04",), "hog": ("hog.n.03",), "gondola": ("gondola.n.02",)},
    **{"schooner": ("schooner.n.02",), "cab": ("cab.n.03",), "microwave": ("microwave.n.02",), "cake": ("cake.n.03",)},
}
"""The meanings of words whose usual meaning in WordNet is not visible in images."""

WITH: Mapping[str, tuple[str, ...]] = {
    "person.n.01": ("driver.n.01",),
    "vehicle.n.01": ("public_transport.n.01",),
    "pet.n.01": ("cat.n.01", "dog.n.01", "goldfish.n.01", "hamster.n.01"),
    "bag.n.01": ("bag.n.04", "baggage.n.01"),
    "baggage.n.01": ("backpack.n.01", "briefcase.n.01"),
    "cutlery.n.02": ("knife.n.01",),
    "utensil.n.01": ("cutlery.n.02",),
    "food.n.01": ("food.n.02",),
    "home_appliance.n.01": ("white_goods.n.01", "kitchen_appliance.n.01", "dryer.n.01", "television_receiver.n.01"),
    "sports_equipment.n.01": ("game_equipment.n.01", "ski.n.01", "snowboard.n.01", "surfboard.n.01", "skateboard.n.01"),
}
"""Members of everyday categories that WordNet classifies elsewhere."""

WITHOUT: Mapping[str, tuple[str, ...]] = {
    "vehicle.n.01": ("skateboard.n.01",),
    "container.n.01": ("wheeled_vehicle.n.01",),
    "cake.n.03": ("cookie.n.01", "pancake.n.01"),
    "bottle.n.01": ("jug.n.01",),
    "cat.n.01": ("wildcat.n.03",),
    "oven.n.01": ("dutch_oven.n.02",),
}
"""Members of WordNet's categories that people would not count."""

EVERYTHING = frozenset(("thing", "object", "item", "stuff", "something", "anything", "everything"))
"""Words for things of any kind."""

PARTS_OF = frozenset(
    (
        *(
            "pair",
            "piece",
            "slice",
            "bunch",
            "group",
            "couple",
            "set",
            "row",
            "pile",
            "stack",
            "herd",
            "flock",
            "crowd",
        ),
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
        *(
            "street",
            "road",
            "yard",
            "backyard",
            "courtyard",
            "garden",
            "park",
            "playground",
            "beach",
            "field",
            "forest",
        ),
        *(
            "countryside",
            "outdoors",
            "indoors",
            "outside",
            "inside",
            "world",
            "neighborhood",
            "neighbourhood",
            "harbor",
        ),
    )
)
"""Places that only refer to the scene: "in the room", "in this picture"."""

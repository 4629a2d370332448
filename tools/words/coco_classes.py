"""The 80 classes of COCO (Lin et al., "Microsoft COCO", ECCV 2014), and common words for them."""

from __future__ import annotations

from .vocabulary import KnownName, Vocabulary
from .wordnet import WordNet

CLASSES: tuple[str, ...] = (
    *("person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat", "traffic light"),
    *("fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat", "dog", "horse", "sheep", "cow"),
    *("elephant", "bear", "zebra", "giraffe", "backpack", "umbrella", "handbag", "tie", "suitcase", "frisbee"),
    *("skis", "snowboard", "sports ball", "kite", "baseball bat", "baseball glove", "skateboard", "surfboard"),
    *("tennis racket", "bottle", "wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple"),
    *("sandwich", "orange", "broccoli", "carrot", "hot dog", "pizza", "donut", "cake", "chair", "couch"),
    *("potted plant", "bed", "dining table", "toilet", "tv", "laptop", "mouse", "remote", "keyboard"),
    *("cell phone", "microwave", "oven", "toaster", "sink", "refrigerator", "book", "clock", "vase", "scissors"),
    *("teddy bear", "hair drier", "toothbrush"),
)
"""In the order of the detector's outputs."""

KNOWN: tuple[KnownName, ...] = (
    KnownName("person", ("person.n.01",), words=("human", "human being")),
    KnownName("bicycle", ("bicycle.n.01",), words=("bike", "pedal bike", "push bike")),
    KnownName("car", ("car.n.01",), takes_in=("van.n.05",)),
    KnownName("motorcycle", ("motorcycle.n.01",), words=("motorbike",), takes_in=("motor_scooter.n.01",)),
    KnownName("airplane", ("airplane.n.01",), words=("aircraft",), takes_in=("heavier-than-air_craft.n.01",)),
    KnownName("bus", ("bus.n.01",)),
    KnownName(
        "train", ("train.n.01",), takes_in=("locomotive.n.01", "streetcar.n.01", "car.n.02", "subway_train.n.01")
    ),
    KnownName("truck", ("truck.n.01",), words=("lorry",), takes_in=("van.n.05",)),
    KnownName("boat", ("boat.n.01",), takes_in=("vessel.n.02",)),
    KnownName("traffic light", ("traffic_light.n.01",), words=("stop light", "traffic lamp")),
    KnownName("fire hydrant", ("fire_hydrant.n.01",), words=("hydrant",)),
    KnownName("stop sign"),
    KnownName("parking meter", ("parking_meter.n.01",)),
    KnownName("bench", ("bench.n.01",)),
    KnownName("bird", ("bird.n.01",), takes_in=("chick.n.01",)),
    KnownName("cat", ("cat.n.01",), takes_in=("kitten.n.01",)),
    KnownName("dog", ("dog.n.01",), takes_in=("pup.n.01",)),
    KnownName("horse", ("horse.n.01",), takes_in=("foal.n.01",)),
    KnownName("sheep", ("sheep.n.01",), takes_in=("lamb.n.01",)),
    KnownName("cow", ("cow.n.01", "cattle.n.01"), takes_in=("calf.n.01",)),
    KnownName("elephant", ("elephant.n.01",)),
    KnownName("bear", ("bear.n.01",), takes_in=("giant_panda.n.01", "bear_cub.n.01")),
    KnownName("zebra", ("zebra.n.01",)),
    KnownName("giraffe", ("giraffe.n.01",)),
    KnownName("backpack", ("backpack.n.01",)),
    KnownName("umbrella", ("umbrella.n.01",), words=("parasol",)),
    KnownName("handbag", ("bag.n.04",)),
    KnownName("tie", ("necktie.n.01",)),
    KnownName("suitcase", ("bag.n.06",), takes_in=("briefcase.n.01",)),
    KnownName("frisbee", ("frisbee.n.01",), words=("flying disc", "flying disk")),
    KnownName("skis", ("ski.n.01",)),
    KnownName("snowboard", ("snowboard.n.01",)),
    KnownName("sports ball", ("ball.n.01",), takes_in=("ball.n.06",)),
    KnownName("kite", ("kite.n.03",)),
    KnownName("baseball bat", ("baseball_bat.n.01",)),
    KnownName("baseball glove", ("baseball_glove.n.01",), words=("catcher's mitt",)),
    KnownName("skateboard", ("skateboard.n.01",)),
    KnownName("surfboard", ("surfboard.n.01",)),
    KnownName("tennis racket", ("tennis_racket.n.01",)),
    KnownName("bottle", ("bottle.n.01",)),
    KnownName("wine glass", ("wineglass.n.01",), words=("glass of wine",), takes_in=("glass.n.02",)),
    KnownName(
        "cup", ("cup.n.01", "mug.n.04"), words=("cup of coffee", "cup of tea", "tea mug"), takes_in=("glass.n.02",)
    ),
    KnownName("fork", ("fork.n.01",)),
    KnownName("knife", ("knife.n.01", "knife.n.02")),
    KnownName("spoon", ("spoon.n.01",)),
    KnownName("bowl", ("bowl.n.01", "bowl.n.03")),
    KnownName("banana", ("banana.n.02",)),
    KnownName("apple", ("apple.n.01",)),
    KnownName("sandwich", ("sandwich.n.01",)),
    KnownName("orange", ("orange.n.01",)),
    KnownName("broccoli", ("broccoli.n.02",)),
    KnownName("carrot", ("carrot.n.03",)),
    KnownName("hot dog", ("hotdog.n.02", "hotdog.n.03")),
    KnownName("pizza", ("pizza.n.01",)),
    KnownName("donut", ("doughnut.n.02",)),
    KnownName("cake", ("cake.n.03",)),
    KnownName("chair", ("chair.n.01",), takes_in=("stool.n.01",)),
    KnownName("couch", ("sofa.n.01",)),
    KnownName("potted plant", ("houseplant.n.01", "pot_plant.n.01")),
    KnownName("bed", ("bed.n.01",)),
    KnownName("dining table", ("dining_table.n.01", "table.n.02"), words=("dinner table", "dining room table")),
    KnownName("toilet", ("toilet.n.02",)),
    KnownName("tv", ("television_receiver.n.01",), takes_in=("monitor.n.04", "display.n.06")),
    KnownName("laptop", ("laptop.n.01", "notebook.n.02"), takes_in=("computer.n.01",)),
    KnownName("mouse", ("mouse.n.04",)),
    KnownName("remote", ("remote_control.n.01",), words=("tv remote", "remote controller")),
    KnownName("keyboard", ("computer_keyboard.n.01",)),
    KnownName(
        "cell phone",
        ("cellular_telephone.n.01",),
        words=("phone", "mobile phone", "mobile", "smartphone"),
        takes_in=("telephone.n.01",),
    ),
    KnownName("microwave", ("microwave.n.02",)),
    KnownName("oven", ("oven.n.01",), takes_in=("stove.n.01",)),
    KnownName("toaster", ("toaster.n.02",)),
    KnownName("sink", ("sink.n.01",)),
    KnownName("refrigerator", ("refrigerator.n.01",), words=("fridge",)),
    KnownName("book", ("book.n.01", "book.n.02"), takes_in=("magazine.n.01", "magazine.n.02")),
    KnownName("clock", ("clock.n.01",), takes_in=("watch.n.01",)),
    KnownName("vase", ("vase.n.01",)),
    KnownName("scissors", ("scissors.n.01",)),
    KnownName("teddy bear", ("teddy.n.01",), words=("stuffed bear", "toy bear")),
    KnownName("hair drier", ("hand_blower.n.01",)),
    KnownName("toothbrush", ("toothbrush.n.01",)),
)


def vocabulary(wordnet: WordNet) -> Vocabulary:
    """Common words for the classes."""
    return Vocabulary(KNOWN, wordnet)

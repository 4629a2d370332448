"""The small models that find things by noun, put together: detector, class maps, faces, and where parts usually are."""

from __future__ import annotations

from .backdrop_eye import BACKDROPS, BackdropEye
from .color import ColorNamer
from .detector_eye import DetectorEye
from .find import Finder
from .maps_eye import MapsEye
from .models.class_maps import ClassMaps
from .models.efficientnet import EfficientNet
from .models.faceres import FaceRes
from .models.mtcnn import Mtcnn
from .models.nanodet import NanoDet
from .models.wordnet import WordNet
from .parts_eye import PartsEye
from .people import People
from .sights import Eyes
from .text_eye import ReadsLines, TextEye
from .vocabulary import Vocabulary

_PRECISION = 0.7
"""How often what the detector finds is right (tests/bench/RESULTS.md, "Detector")."""


def pocket_finder(detector: NanoDet, reader: ReadsLines | None) -> Finder:
    """LOC, DETECT, EXISTS, COUNT, THINGS, PARTNER and VERIFY over the pocket's models. No weights are read yet.

    reader: what reads text, where the profile has it.
    """
    weights, device = detector.weights, detector.device
    people = People(Mtcnn(weights, device), FaceRes(weights, device))
    things = DetectorEye(detector, _PRECISION, people)
    network, wordnet = EfficientNet(weights, device), WordNet(weights)
    maps = MapsEye(ClassMaps(network), lambda: Vocabulary.of_synsets(network.synsets, wordnet))
    places = (PartsEye(things, detector.names), BackdropEye(things))
    eyes = [things, *([TextEye(reader)] if reader else []), *places, maps]
    return Finder(Eyes(eyes), ColorNamer(), detector.backend, detector, backdrops=BACKDROPS)

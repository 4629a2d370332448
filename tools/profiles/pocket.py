"""The pocket profile's finder: combines detector, class maps, faces, and typical positions of parts."""

from __future__ import annotations

from ..albums.look import RememberingDetector
from ..models.detect.detector import Detector
from ..models.detect.nanodet import NanoDet
from ..models.encode.class_maps import ClassMaps
from ..models.encode.efficientnet import EfficientNet
from ..models.people.expression import FacialExpressions
from ..models.people.faceres import FaceRes
from ..models.people.movenet import MoveNet
from ..models.people.mtcnn import Mtcnn
from ..name.naming import Namer
from ..see.color.color import ColorNamer
from ..see.find.find import Finder
from ..see.finders.backdrop_eye import BACKDROPS, BackdropEye
from ..see.finders.close_up import CloseUps
from ..see.finders.detector_eye import DetectorEye
from ..see.finders.maps_eye import MapsEye
from ..see.finders.parts_eye import PartsEye
from ..see.finders.sights import Eyes
from ..see.finders.text_eye import ReadsLines, TextEye
from ..see.people.manner import Manner
from ..see.people.people import People
from ..words.kinds import said
from ..words.vocabulary import Vocabulary
from ..words.wordnet import WordNet

_PRECISION = 0.7
"""The precision of the detector (tests/bench/RESULTS.md, "Detector")."""


def glancing(finder: Finder) -> Finder:
    """The same finder for the pictures of a video, of which there are many: the pocket's looks once at each."""
    return (
        pocket_finder(finder.detector.quick(), None, thorough=False) if isinstance(finder.detector, NanoDet) else finder
    )


def browsing(detector: NanoDet) -> tuple[NanoDet, RememberingDetector, Finder]:
    """What processes the photos of an album: a detector, the memory of its candidates, and a finder that uses that
    memory.

    The detector runs only once per photo, because there are many.
    """
    quick = detector.quick()
    memory = RememberingDetector(quick)
    return quick, memory, pocket_finder(quick, None, memory, thorough=False)


def pocket_finder(
    detector: NanoDet, reader: ReadsLines | None, memory: Detector | None = None, *, thorough: bool = True
) -> Finder:
    """LOC, DETECT, EXISTS, COUNT, THINGS, PARTNER and VERIFY on the pocket models, without reading weights.

    reader: the text reader, if the profile has one. memory: is asked in place of the detector.
    thorough: take the time to look for what fills the picture where the detector finds nothing.
    """
    weights, device = detector.weights, detector.device
    faces = Mtcnn(weights, device)
    people = People(faces, FaceRes(weights, device))
    manner = Manner(MoveNet(weights, device), faces, FacialExpressions(weights, device))
    asked = memory or detector
    things = DetectorEye(asked, _PRECISION, people)
    network, wordnet = EfficientNet(weights, device), WordNet(weights)
    maps = MapsEye(ClassMaps(network), lambda: Vocabulary.of_synsets(network.synsets, wordnet))
    places = (PartsEye(things, detector.names), BackdropEye(things))
    eyes = [things, *([TextEye(reader)] if reader else []), *places, maps]
    close_ups = CloseUps(Namer(network, wordnet, detector), detector.vocabulary, said, maps) if thorough else None
    every = Eyes(eyes, close_ups)
    return Finder(every, ColorNamer(), detector.backend, asked, backdrops=BACKDROPS, manner=manner, reader=reader)

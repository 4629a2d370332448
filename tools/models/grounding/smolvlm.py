"""SmolVLM: answers and describes, without places.

Its model card (huggingface.co/HuggingFaceTB/SmolVLM-Instruct) names answering questions, describing pictures and
telling stories about several; neither it nor the report (Marafioti et al., "SmolVLM: Redefining small and efficient
multimodal models", 2025) has a form for boxes or points.
"""

from __future__ import annotations

from .family import Family


class SmolVlm(Family):
    """Text only."""

    name = "smolvlm"

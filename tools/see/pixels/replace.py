"""The tool REPLACE on an inpainting model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ...core.errors import ToolError
from ...core.over_model import Loadable, OverModel
from ...core.tool import tool
from ...core.values import Image, Mask
from ...media import edit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image as Pixels


class InpaintingModel(Loadable, Protocol):
    """An inpainting model."""

    def paint(self, image: Image, where: NDArray[np.bool_], prompt: str) -> Pixels:
        """An image of the same size that shows the prompt where the mask `where`, bool (height, width), is true.

        Elsewhere it need not be the image's own. The same arguments give the same picture. Raises ToolError.
        """
        ...


class Replacer(OverModel[InpaintingModel]):
    """REPLACE on an inpainting model.

    An edited image lies where it lay in the original, so boxes and masks that were found before still fit.
    """

    @tool
    def REPLACE(self, image: Image, mask: Mask, prompt: str) -> Image:
        """The image with the masked part painted anew from the prompt.

        prompt: what is to be seen there, such as "a red car".

        Every pixel outside of the mask stays as it is. Raises ToolError for an empty prompt, or one that is longer
        than the model reads, for a mask of another image or without a pixel in this one, and for a picture that the
        model's own safety checker refuses.
        """
        import numpy as np
        from PIL import Image as pillow

        wanted = " ".join(prompt.split())
        if not wanted:
            raise ToolError("The prompt is empty.", hint='Say what is to be seen there, such as "a red car".')
        where = edit.inside(image, [mask])
        painted = np.asarray(self.model.paint(image, where, wanted))
        return edit.edited(image, pillow.fromarray(np.where(where[..., None], painted, image.array())))

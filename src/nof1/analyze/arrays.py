"""The kind of array that every computation takes and gives."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

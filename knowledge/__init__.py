"""The retrieval layer: the material, its checks, the index and the search. It never imports ``bot``."""

import os

# The encoder's threads spin while they wait by default; beside any other busy process that slows them tenfold.
# OpenMP reads this when it is loaded, so it stands before everything else.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

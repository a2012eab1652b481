"""The retrieval layer: the material, its checks, the index and the search. It never imports ``bot``."""

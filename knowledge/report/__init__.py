"""The knowledge report and the preview of an answer."""

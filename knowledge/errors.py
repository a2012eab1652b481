"""Every error this project raises on purpose, in one tree.

CarebotError
├── KnowledgeError            a file of the knowledge base is wrong
│   ├── EntryError            one answer file
│   └── RegistryError         contacts, sources, facts, status, catalogue
├── EncoderError              the encoder cannot be loaded or used
└── SearchIndexError             the index on disk
    ├── IndexMissingError     there is none yet
    ├── IndexCorruptError     it cannot be read
    └── IndexMismatchError    it was built for another encoder or format
"""


class CarebotError(Exception):
    """Base of all; the message names the value at fault and the remedy."""


class KnowledgeError(CarebotError):
    """A file of the knowledge base is wrong."""


class EntryError(KnowledgeError):
    """An answer file is wrong."""


class RegistryError(KnowledgeError):
    """A registry (contacts, sources, facts, status, catalogue) is wrong."""


class EncoderError(CarebotError):
    """The encoder cannot be loaded or used."""


class SearchIndexError(CarebotError):
    """The index on disk cannot be used."""


class IndexMissingError(SearchIndexError):
    """There is no index yet."""


class IndexCorruptError(SearchIndexError):
    """A file of the index is damaged or missing."""


class IndexMismatchError(SearchIndexError):
    """The index was built for another encoder or another format."""

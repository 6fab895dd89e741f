"""The register of components, its history, its imports."""

from linli.components.models.component import Component, ComponentEvent, Tally
from linli.components.models.ground import Ground, GroundState
from linli.components.models.imports import Import, ImportFault
from linli.components.models.keys import SourceKey
from linli.components.models.references import Care, Source, Wording

__all__ = [
    "Care",
    "Component",
    "ComponentEvent",
    "Ground",
    "GroundState",
    "Import",
    "ImportFault",
    "Source",
    "SourceKey",
    "Tally",
    "Wording",
]

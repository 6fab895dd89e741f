from linli.open311.models.exchange import Destination, Forward
from linli.open311.models.serving import Attribute, Jurisdiction, ServerSettings, Submission

__all__ = ["Attribute", "Destination", "Forward", "Jurisdiction", "ServerSettings", "Submission"]

"""What the hotline desk keeps."""

from linli.hotline.models.calls import Call, CallBack, CallBackTry
from linli.hotline.models.knowledge import Article
from linli.hotline.models.lines import Line, LineKind

__all__ = ["Article", "Call", "CallBack", "CallBackTry", "Line", "LineKind"]

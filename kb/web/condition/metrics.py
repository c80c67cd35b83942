"""What Prometheus is told, for whoever has the token."""

from __future__ import annotations

from hmac import compare_digest

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from kb.condition.figures import figures
from kb.measuring.metrics import exposition, metrics_folder
from kb.web.site.pages import now, parts

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def told() -> ResponseReturnValue:
    """Without a token in the settings nobody gets them: a proxy beside kb looks like its host."""
    token = parts().settings.metrics_token
    if not token:
        return Response("Set KB_METRICS_TOKEN first.\n", 403, content_type="text/plain")
    given = request.headers.get("Authorization", "")
    if not compare_digest(given.encode(), f"Bearer {token}".encode()):
        return Response("Send the token.\n", 401, {"WWW-Authenticate": 'Bearer realm="metrics"'})
    kind, text = exposition(metrics_folder(parts().settings.var), figures(parts(), now()))
    return Response(text, headers={"Content-Type": kind, "Cache-Control": "no-store"})

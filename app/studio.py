"""What langgraph.json puts around the LangGraph server (`http.app`): which web pages may call it.

The server's own CORS is set to nothing there, so that the list below decides alone; its middleware stands inside ours.
"""

import os
import re

from dotenv import dotenv_values
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from cartjury.app.guard import Guard
from cartjury.data.errors import InputError

STUDIO = "https://smith.langchain.com"
CHAT_PAGES = ("http://localhost:3000", "http://127.0.0.1:3000")  # where agent-chat-ui lives unless it is told otherwise
ORIGINS = "CARTJURY_ORIGINS"
LOOPBACK = re.compile(r"https?://(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?")
EXPOSED = ("x-pagination-total", "x-pagination-next", "content-location", "location")  # headers that clients read


def allowed_origins(configured: str) -> tuple[str, ...]:
    """Return the origins of pages that may call: Studio's, and the configured ones of this machine.

    Args:
        configured: origins with commas between them; none, one or more; Studio and agent-chat-ui are in anyway.

    Raises:
        InputError: one of them is no origin of this machine.
    """
    more = tuple(origin.strip().rstrip("/").lower() for origin in configured.split(",") if origin.strip())
    for origin in more:
        if not LOOPBACK.fullmatch(origin):
            raise InputError(
                f"{ORIGINS} names {origin}, which is no page of this machine: "
                "write origins such as http://localhost:3000, with commas between them"
            )
    return tuple(dict.fromkeys((STUDIO, *CHAT_PAGES, *more)))


def guarded_app(origins: tuple[str, ...]) -> Starlette:
    """Return an app without routes whose middleware the LangGraph server puts before all of its own."""
    cors = Middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=["*"],
        allow_headers=["*"],
        allow_private_network=True,
        expose_headers=EXPOSED,
    )
    return Starlette(middleware=[Middleware(Guard, origins=origins), cors])


app = guarded_app(allowed_origins(os.environ.get(ORIGINS) or dotenv_values(".env").get(ORIGINS) or ""))

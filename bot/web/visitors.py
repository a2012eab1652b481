"""Who is behind a request: the address that load is counted to, and the visit of the page that wrote."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import Response

COOKIE = "carebot"
Network = IPv4Network | IPv6Network


def is_trusted(host: str, trusted: Sequence[Network]) -> bool:
    """Say whether an address is this machine's own or one that a setting names."""
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    address = mapped or address
    return address.is_loopback or any(address in network for network in trusted)


def network_of(host: str) -> str:
    """Name what one client has of the address space: its address, of IPv6 the /64 that any of its machines has."""
    try:
        address = ip_address(host)
    except ValueError:
        return host[:64]
    if isinstance(address, IPv6Address) and not address.ipv4_mapped:
        return str(ip_network((address, 64), strict=False))
    return str(getattr(address, "ipv4_mapped", None) or address)


class Visitors:
    """Tells visitors apart.

    A visit of the page gets a signed cookie for as long as the browser runs; its id is unguessable and names the
    conversation together with the tab's own. A page without cookies (a frame in another site) keeps the tab's alone.

    Args:
        trusted: networks that are not limited by address.
        secret: what the cookies are signed with.
    """

    def __init__(self, trusted: Sequence[Network], secret: str) -> None:
        self._trusted = trusted
        self._signer = URLSafeSerializer(secret, salt="visit")

    def origin_of(self, request: Request) -> str:
        """Name the address that sent a request; "" where it is spared. A balancer's header was read before this."""
        host = request.client.host if request.client else ""
        return "" if not host or is_trusted(host, self._trusted) else network_of(host)

    def visit_of(self, request: Request) -> str:
        """Name the visit a request belongs to; "" without a cookie that was signed here."""
        try:
            visit = self._signer.loads(request.cookies.get(COOKIE, ""))
        except BadSignature:
            return ""
        return visit if isinstance(visit, str) else ""

    def welcome(self, request: Request, response: Response) -> None:
        """Give the visit of a browser its cookie; a program that fetches the page gets none."""
        if "text/html" not in request.headers.get("accept", "") or self.visit_of(request):
            return
        response.set_cookie(
            COOKIE,
            str(self._signer.dumps(secrets.token_urlsafe(16))),
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )

"""People's accounts on a server whose sign-up is closed: made through the owner's invite link, as a person would.

An owner's token and a person's e-mail and password enter; that person's own token leaves. (`POST /api/users/`
makes accounts that cannot log in, hence the forms.)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import TYPE_CHECKING, Any

from builder.errors import UsageError
from builder.studio import wire
from builder.studio.answers import believed

if TYPE_CHECKING:
    import httpx

_FORM_ERRORS = re.compile(r'<ul class="field_errors">(.*?)</ul>', re.DOTALL)


def join(url: str, owner_token: str, email: str, password: str, first_name: str = "") -> str:
    """Log this person in, making the account first if there is none; give the account's API token.

    Raises:
        UsageError: the e-mail has an account with another password, or the server refuses one of the two.
        Unavailable: the server does not answer.
    """
    url = wire.checked_url(url)
    with wire.translated(url), wire.connect(url) as browser:
        form = {"email": email, "password": password}
        if not _submitted(browser, "/user/login/", form):
            _sign_up(browser, _invite(url, owner_token), form)
        token = str(_read(browser.get("/api/current-user/token"), url)["token"])
        if first_name:
            _rename(browser, url, token, first_name)
        return token


def _invite(url: str, owner_token: str) -> str:
    with wire.connect(url, headers=_authorised(owner_token)) as owner:
        return str(_read(owner.get("/api/invite"), url)["invite_url"])


def _sign_up(browser: httpx.Client, invite: str, form: dict[str, str]) -> None:
    problem: list[str] = []
    if not _submitted(browser, invite, {**form, "allow_newsletters": "false"}, problem):
        why = "; ".join(problem) or "the server does not say why"
        raise UsageError(f"could not make an account for {form['email']}: {why}")


def _submitted(browser: httpx.Client, page: str, form: dict[str, str], problem: list[str] | None = None) -> bool:
    """Fill in one of the server's forms; it answers a good one by going elsewhere, a bad one by showing it again."""
    browser.get(page)
    token = browser.cookies.get("csrftoken")
    if token is None:
        raise UsageError(f"{browser.base_url} shows no form at {page.partition('?')[0]}: is it a Label Studio server?")
    # Over https Django also wants to know which page the form stood on.
    origin = {"Referer": str(browser.base_url.join(page))}
    answer = browser.post(page, data={**form, "csrfmiddlewaretoken": token}, headers=origin)
    if answer.status_code == 200:
        (problem if problem is not None else []).extend(_form_errors(answer.text))
        return False
    if not answer.is_redirect:
        wire.check_status(answer, str(browser.base_url))
    return answer.is_redirect


def _form_errors(page: str) -> list[str]:
    return [unescape(re.sub(r"<[^>]*>", " ", block)).strip() for block in _FORM_ERRORS.findall(page)]


def _rename(browser: httpx.Client, url: str, token: str, first_name: str) -> None:
    me = _read(browser.get("/api/current-user/whoami"), url)
    if me["first_name"] == first_name:
        return
    with wire.connect(url, headers=_authorised(token)) as person:
        _read(person.patch(f"/api/users/{me['id']}/", json={"first_name": first_name}), url)


def _authorised(token: str) -> dict[str, str]:
    return {"Authorization": f"Token {token}"}


def _read(answer: httpx.Response, url: str) -> Mapping[str, Any]:
    return believed(dict[str, Any], wire.json_of(answer, url), answer.url.path)

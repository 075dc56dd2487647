"""Who is signed in, and which pages they may see.

streamlit-authenticator draws the form and signs the cookie. Its lockout, credential store and
sign-out are replaced by the workspace's own (`people`, `sessions`); its e-mail, registration and
forgotten-password features are never called. `current_user()` is the one place to change for
another way of signing in.
"""

import jwt
import streamlit as st
from streamlit_authenticator import Authenticate
from streamlit_authenticator.controllers import AuthenticationController
from streamlit_authenticator.models import AuthenticationModel, CookieModel

from analytics.workspace import ROLES, Refused, User
from analytics.workspace.config import config
from analytics.workspace.people import check_password, has_people
from analytics.workspace.sessions import end_session, session_user, start_session
from components import shared, theme
from components.cookies import COOKIE, forget_cookie, show_cookie

_SESSION = "_session_id"


def current_user() -> User | None:
    """Return who acts in this browser, None when no one is signed in.

    Looked up in the workspace at every run: a person who was disabled, signed out everywhere or
    given other roles meets that at the next click.
    """
    workspace = shared.workspace()
    session_id = st.session_state.get(_SESSION)
    if session_id is None and not st.session_state.get("logout"):
        token = _Cookie().get_cookie()
        session_id = token.get("session") if token else None
    user = session_user(workspace, session_id) if session_id else None
    st.session_state[_SESSION] = session_id if user else None
    return user


def require_role(*roles: str) -> User:
    """Return the signed-in user who holds one of `roles`; otherwise say why not and stop.

    The first statement of every page: nothing below it runs for anyone else.
    """
    unknown = set(roles) - set(ROLES)
    assert not unknown, f"Roles {unknown} are not in the table of roles."
    user = current_user()
    if user is None:
        sign_in()
        st.stop()
    if not user.roles & set(roles):
        shared.workspace().log(user, "refuse", "page", _page_name())
        theme.apply()
        held = ", ".join(sorted(user.roles)) or "none"
        st.error(
            f"This page is not for your role ({held}). It is for: {', '.join(roles)}. "
            "An administrator can change roles."
        )
        st.stop()
    return user


def roles_that_see(page: str) -> list[str]:
    """Return the roles whose row in the table of roles allows `see:page`."""
    return [role for role, actions in ROLES.items() if f"see:{page}" in actions]


def sign_in() -> None:
    """Draw the sign-in form; a right password opens a session and runs the page again."""
    theme.apply()
    workspace = shared.workspace()
    _, middle, _ = st.columns([1, 1.4, 1])
    with middle:
        st.caption(f"{workspace.marking} · {workspace.name}")
        st.title("Seven Steps")
        st.html(
            '<h2 class="tagline">Hot spots policing of serious violence, '
            "from the data to the effect</h2>"
        )
        if not has_people(workspace):
            st.info(
                "No one can sign in yet. Add the first administrator on the command line: "
                "see the guide for administrators."
            )
            return
        authenticator = _Authenticator()
        fields = {"Form name": "Sign in", "Login": "Sign in"}
        try:
            authenticator.login(fields=fields, key="sign-in")
        except Refused as error:
            st.error(str(error))
            return
        if st.session_state.get(_SESSION):
            st.rerun()
        if st.session_state.get("authentication_status") is False:
            st.error("The username or the password is not right. Check both and try again.")
        st.caption(f"A sign-in lasts {config().session_hours:g} hours at most.")


def sign_out() -> None:
    """End this session in the workspace and take its cookie from the browser."""
    user = current_user()
    if user is not None:
        end_session(shared.workspace(), user, st.session_state[_SESSION])
    forget_sign_in()


def forget_sign_in() -> None:
    """Clear what this browser tab knows of its person, drafts on screen included."""
    for name in list(st.session_state):
        del st.session_state[name]
    st.session_state["logout"] = True
    forget_cookie()


class _Cookie(CookieModel):
    """The library's signed cookie, naming a session of the workspace and ending with it.

    The library's own constructor puts an invisible frame on the page at every run; here the
    cookie is written by `components.cookies`, only when there is something to write.
    """

    def __init__(self) -> None:
        self.cookie_name = COOKIE
        self.cookie_key = shared.workspace().keys.cookie_key()
        self.cookie_expiry_days = config().session_hours / 24
        self.token = self.exp_date = None

    def get_cookie(self) -> dict | None:
        """Return the content of a valid cookie, None otherwise."""
        st.session_state.setdefault("logout", None)
        return super().get_cookie() or None

    def set_cookie(self) -> None:
        """Leave the signed text for the next run to hand to the browser."""
        self.exp_date = self._set_exp_date()
        show_cookie(self._token_encode(), self.exp_date)

    def _token_decode(self) -> dict | bool:
        """The content of the browser's cookie, False when it is not one that was signed here."""
        try:
            return jwt.decode(self.token, self.cookie_key, algorithms=["HS256"])
        except jwt.InvalidTokenError:
            return False

    def _token_encode(self) -> str:
        content = {
            "username": st.session_state["username"],
            "session": st.session_state[_SESSION],
            "exp_date": self.exp_date,
        }
        return jwt.encode(content, self.cookie_key, algorithm="HS256")


class _CookieOfForm(_Cookie):
    """The cookie as the form sees it: whoever meets the form has no cookie that is worth anything."""

    def get_cookie(self) -> None:
        """No cookie: the workspace was asked about the one in the browser, and refused it."""


class _People(AuthenticationModel):
    """The library's sign-in, asking the workspace about every password."""

    def __init__(self) -> None:
        super().__init__({"usernames": {}}, auto_hash=False)

    def check_credentials(self, username: str, password: str) -> bool:
        """Whether the password is right; opens a session. Raises Refused while locked out."""
        workspace = shared.workspace()
        user = check_password(workspace, username, password)
        if user is None:
            return False
        self.credentials["usernames"][username] = {"name": user.name, "roles": sorted(user.roles)}
        st.session_state["logout"] = None
        st.session_state[_SESSION] = start_session(workspace, user)
        return True


class _Authenticator(Authenticate):
    """The library's form over the two classes above."""

    def __init__(self) -> None:
        self.api_key = self.path = None
        self.attrs = {"login_sleep_time": 0}
        self.cookie_controller = _CookieOfForm()
        self.authentication_controller = AuthenticationController({"usernames": {}}, None, False)
        self.authentication_controller.authentication_model = _People()
        st.session_state["authentication_status"] = None


def _page_name() -> str:
    return st.context.url.rstrip("/").rsplit("/", 1)[-1] if st.context.url else ""

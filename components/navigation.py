"""The way about: pages by role in the sidebar, and the account at its foot."""

import streamlit as st

from analytics.workspace import InputError, Refused, User
from analytics.workspace.people import SHORTEST_PASSWORD, change_password, sign_out_everywhere
from components import access, shared

PAGES = {
    "home": ("pages/home.py", "Home", ":material/home:"),
    "thinking": ("pages/1_thinking.py", "1 Thinking", ":material/psychology:"),
    "technology": ("pages/2_technology.py", "2 Technology", ":material/database:"),
    "targeting": ("pages/3_targeting.py", "3 Targeting", ":material/target:"),
    "training": ("pages/4_training.py", "4 Training", ":material/school:"),
    "tasking": ("pages/5_tasking.py", "5 Tasking", ":material/event_available:"),
    "tracking": ("pages/6_tracking.py", "6 Tracking", ":material/conversion_path:"),
    "testing": ("pages/7_testing.py", "7 Testing", ":material/science:"),
    "admin": ("pages/admin.py", "Admin", ":material/settings:"),
}
"""Per page its file, its name in the sidebar and its icon; the key is its address."""


def register(user: User | None) -> st.Page:
    """Tell Streamlit every page and return the one that the address names.

    All are registered for everyone, signed in or not: an address that is not registered would be
    replaced by the home page, and a deep link lost. Who may see a page, the page itself decides.
    """
    pages = []
    for name, (file, title, icon) in PAGES.items():
        is_seen = user is not None and user.may(f"see:{name}")
        pages.append(
            st.Page(
                file,
                title=title,
                icon=icon,
                url_path="start" if name == "home" else name,
                default=name == "home",
                visibility="visible" if is_seen else "hidden",
            )
        )
    # The default page answers at the root only; its own name would be an unknown address.
    home, title, _ = PAGES["home"]
    pages.append(st.Page(home, title=title, url_path="home", visibility="hidden"))
    return st.navigation(pages, position="sidebar" if user else "hidden")


def account(user: User) -> None:
    """Draw who is signed in, with sign-out and password, in the sidebar."""
    with st.sidebar, st.container(key="account"):
        st.markdown(f"**{user.name}**  \n{', '.join(sorted(user.roles))}")
        st.button("Sign out", key="sign-out", icon=":material/logout:", on_click=access.sign_out)
        if st.button("Password and devices", key="account-more", type="tertiary"):
            _dialog(user)


@st.dialog("Password and devices")
def _dialog(user: User) -> None:
    with st.form("change-password", border=False):
        old = st.text_input("Present password", type="password", autocomplete="current-password")
        new = st.text_input(
            f"New password ({SHORTEST_PASSWORD} characters or more)",
            type="password",
            autocomplete="new-password",
        )
        if st.form_submit_button("Change password", type="primary"):
            try:
                change_password(shared.workspace(), user, old, new)
            except (InputError, Refused) as error:
                st.error(str(error))
            else:
                st.rerun()
    st.markdown("Changing the password signs you out on every device, this one too.")
    if st.button("Sign out on every device", key="sign-out-everywhere"):
        sign_out_everywhere(shared.workspace(), user, user.username)
        st.rerun()

"""Sign-in and navigation by role; nothing else."""

import streamlit as st

from components import access, cookies, navigation, theme

st.set_page_config(page_title="Seven Steps", page_icon=theme.ICON, layout="wide")
user = access.current_user()
page = navigation.register(user)
cookies.write_pending()
if user is None:
    access.sign_in()
else:
    navigation.account(user)
    page.run()

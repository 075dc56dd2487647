"""What Streamlit draws: access, settings forms, maps, charts, tables, uploads, exports."""

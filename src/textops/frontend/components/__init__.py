"""Parts of the page that Streamlit does not have: each shows data as text, whatever is in them."""

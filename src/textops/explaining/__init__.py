"""A page about labelled data: what is in them, what is odd about them, and what that means for the split."""

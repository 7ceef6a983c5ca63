"""What an unseen data set seems to be: how to read it, what is text and what is label, and the experiment for it."""

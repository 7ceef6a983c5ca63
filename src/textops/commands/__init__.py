"""The verbs of the command line. Each imports its room when it is called, so that help comes at once."""

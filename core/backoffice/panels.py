"""What all panels of the member page share."""

PAGE = 20  # rows of a panel at a time (CSL-05)

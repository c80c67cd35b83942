"""Who answers for a procedure and where it stands: submissions, reviews, hand-over."""

"""Who is told what, and how: the decision is pure, the delivery is not."""

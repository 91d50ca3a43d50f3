"""S12: the customer's tone turns sour against how they usually write."""

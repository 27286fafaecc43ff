"""What makes the documentation site of its pages: ``make docs`` builds it."""

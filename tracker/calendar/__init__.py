"""Working days of Vietnam, as far as due dates need them."""

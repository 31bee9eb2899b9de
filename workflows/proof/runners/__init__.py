"""How each kind of project runs its tests and says what came of them."""

"""Who thinks: roles as data, one small loop, typed tools."""

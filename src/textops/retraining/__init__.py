"""The middle of the loop: what live traffic taught becomes a model that may take the place of the present one."""

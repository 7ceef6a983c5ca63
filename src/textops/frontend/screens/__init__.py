"""The pages: each module shows one."""

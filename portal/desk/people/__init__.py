"""People of the desk: who may come in, how they prove who they are, and what each may do."""

"""Everything that asks a model, and the offline jury that stands in for one."""

"""The engines that read rows, what they measure in one SQL, and the SQL made from a plan."""

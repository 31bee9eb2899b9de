"""The state of the stand-in GitHub: plain data in memory, ids counted so that two runs look the same."""

print("no handler here")

// OneDNN

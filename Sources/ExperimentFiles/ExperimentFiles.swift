// ExperimentFiles

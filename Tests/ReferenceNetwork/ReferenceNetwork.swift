// ReferenceNetwork

"""Making a model fit to ship: ONNX export with proven parity, and benchmarks."""

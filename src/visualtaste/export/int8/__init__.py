"""The encoder in 8-bit integers: static quantization, calibrated on the data set's own photos.

What ONNX Runtime's quantizer needs help with, each step in a file of its own: the scaling of pixels, which would begin
the network with float arithmetic (`scaling`), and the rounding of weights, which in MobileNet's first depthwise
convolution costs ten times more than everything else together (`moments`, `rounding`).
"""

"""A program: serve llama.cpp's API with a model and a window until stdin ends, and say where."""

from __future__ import annotations

import sys

import xllamacpp

if __name__ == "__main__":
    parameters = xllamacpp.CommonParams()
    parameters.model.path = sys.argv[1]
    parameters.n_ctx = int(sys.argv[2])
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = 1
    parameters.cpuparams_batch.n_threads = 1
    parameters.n_gpu_layers = 0
    server = xllamacpp.Server(parameters)
    print(f"SERVING {server.listening_address}", flush=True)
    sys.stdin.read()

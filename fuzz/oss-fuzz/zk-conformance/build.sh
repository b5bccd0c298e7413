#!/bin/bash -eu
"$SRC/zk-conformance/fuzz/build"

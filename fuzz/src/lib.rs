//! Bodies of the fuzz targets: plain functions, each with the claim it holds.

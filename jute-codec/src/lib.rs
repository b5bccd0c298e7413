//! Zero-copy codec for jute, the wire encoding of Apache ZooKeeper.
#![no_std]

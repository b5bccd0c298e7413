// zetcd has no go.mod of its own; this one builds its last release with the
// etcd client that it was released with.
module zetcd

go 1.19

require (
	github.com/coreos/etcd v3.2.6+incompatible
	github.com/coreos/zetcd v0.0.5
	github.com/golang/glog v1.0.0
	github.com/golang/protobuf v1.0.0
	golang.org/x/net v0.17.0
	golang.org/x/text v0.13.0 // indirect
	google.golang.org/grpc v1.2.1
)

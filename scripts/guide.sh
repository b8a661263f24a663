#!/bin/bash
# Follows docs/install.md line by line in a fresh Debian: scripts/guide.sh [OLD]. It upgrades the program OLD, or
# else bin/tanggap itself, to bin/tanggap, and goes back. As root; it needs debootstrap, iproute2 and a mirror.
#
# Where the lines run there is no systemd and no network: systemctl starts what the unit's ExecStart says, as its
# user and in its folder; only apt-get reaches out. What asks a platform must fail there, and all else must not.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
old="${1:-bin/tanggap}"
[[ -x bin/tanggap && -x "$old" ]] || { echo "first: make build" >&2; exit 1; }

root="$(mktemp -d)/debian"
space="tanggap-$$"
clean() {
	local p
	for p in /proc/[0-9]*; do
		[[ "$(readlink "$p/root" 2>/dev/null)" != "$root" ]] || kill "${p#/proc/}" 2>/dev/null || true
	done
	sleep 1 # they let go of the folder
	umount -l "$root/proc" "$root/dev" 2>/dev/null || true
	ip netns del "$space" 2>/dev/null || true
	rm -rf --one-file-system "${root%/debian}"
}
trap clean EXIT
echo "== a fresh Debian" >&2
debootstrap --variant=minbase bookworm "$root" "${MIRROR:-http://deb.debian.org/debian}" >/dev/null
ip netns add "$space"
ip netns exec "$space" ip link set lo up
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
cp /etc/resolv.conf "$root/etc/resolv.conf"
mkdir -p "$root/root/tanggap/bin"
cp -r docs "$root/root/tanggap/"
install -m 0755 "$old" "$root/root/tanggap/bin/tanggap"

cat >"$root/usr/local/sbin/systemctl" <<'EOF'
#!/bin/bash
set -eu
verb= units=()
for word in "$@"; do
	case "$word" in -*) ;; *) if [ -z "$verb" ]; then verb="$word"; else units+=("$word"); fi ;; esac
done
of() { sed -n "s/^$2=//p" "/etc/systemd/system/$1" | head -n 1; }
start() {
	local user dir line
	user="$(of "$1" User)" dir="$(of "$1" WorkingDirectory)" line="$(of "$1" ExecStart)"
	[ -d "$dir" ] || install -d -m 0700 -o "$user" -g "$user" "$dir" # StateDirectory
	cd "$dir"
	umask "$(of "$1" UMask)"
	eval "set -- $1 ${line//%%/%}"
	local unit="$1"; shift
	if [ "$(of "$unit" Type)" = oneshot ]; then
		setpriv --reuid "$user" --regid "$user" --init-groups "$@"
		return
	fi
	setsid setpriv --reuid "$user" --regid "$user" --init-groups "$@" >>"/var/log/$unit.log" 2>&1 </dev/null &
	echo $! >"/run/$unit.pid"
	for _ in $(seq 300); do
		kill -0 $! && ! curl -fsS http://127.0.0.1:9090/readyz >/dev/null 2>&1 || break
		sleep 0.1
	done
	kill -0 $! || { tail -n 5 "/var/log/$unit.log" >&2; return 1; }
}
stop() {
	local pid
	pid="$(cat "/run/$1.pid")"
	kill -TERM "$pid"
	for _ in $(seq 300); do kill -0 "$pid" 2>/dev/null || return 0; sleep 0.1; done
	return 1
}
for unit in "${units[@]}"; do
	case "$verb $unit" in
	*.timer) ;;
	"enable "* | "start "*) start "$unit" ;;
	"stop "*) stop "$unit" ;;
	"restart "*) stop "$unit" && start "$unit" ;;
	"reload nginx") if [ -s /run/nginx.pid ]; then nginx -s reload; else nginx; fi ;;
	"reload "*) kill -HUP "$(cat "/run/$unit.pid")" ;;
	esac
done
EOF
printf '#!/bin/sh\ntail -n 50 /var/log/tanggap.service.log\n' >"$root/usr/local/sbin/journalctl"
chmod +x "$root/usr/local/sbin/systemctl" "$root/usr/local/sbin/journalctl"

inside() {
	local where=(ip netns exec "$space")
	[[ "$1" != apt-get* ]] || where=()
	"${where[@]}" chroot "$root" /usr/bin/env -i HOME=/root DEBIAN_FRONTEND=noninteractive \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin /bin/bash -c "cd /root/tanggap && $1" </dev/null
}

log="$(mktemp)"
failed=0 lines=0
follow() {
	local status=0 want=0 line="$1"
	[[ "$line" != *"tanggap check"* || "$line" == *--offline* ]] || want=1 # no platform can be asked
	inside "$line" >"$log" 2>&1 || status=$?
	lines=$((lines + 1))
	echo "[$status] $line"
	if [[ "$status" != "$want" ]]; then
		failed=$((failed + 1))
		tail -n 20 "$log" | sed 's/^/      /'
	fi
	case "$line" in
	*"systemctl "*start*tanggap.service*)
		inside "curl -fsS http://127.0.0.1:8080/healthz http://127.0.0.1:8080/readyz" >/dev/null || failed=$((failed + 1)) ;;
	"systemctl reload nginx")
		inside "curl -fksS -o /dev/null -H 'Host: lapor.example.go.id' https://127.0.0.1/readyz" || failed=$((failed + 1)) ;;
	*"staff add"*)
		link="$(grep -o '/console/link/.*' "$log")"
		inside "curl -fksS -o /dev/null -H 'Host: lapor.example.go.id' 'https://127.0.0.1$link'" || failed=$((failed + 1)) ;;
	*before-upgrade.zip) install -m 0755 bin/tanggap "$root/root/tanggap/bin/tanggap" ;;
	esac
}

inside "apt-get update" >/dev/null
while IFS= read -r line; do
	follow "$line"
done < <(awk '/^```sh$/ { on = 1; next } /^```/ { on = 0 } on' docs/install.md)
follow "runuser -u tanggap -- tanggap staff list --config /etc/tanggap/tanggap.toml | grep kepala" # he came through it all
rm -f "$log"
echo "== $lines lines, $failed failed"
((failed == 0))

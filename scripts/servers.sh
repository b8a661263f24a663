#!/bin/sh
# Installs the servers that the tests talk to, where they are missing: Debian and Ubuntu as root or by
# sudo. Elsewhere it says in one line what is needed.
set -eu

# Debian keeps servers out of PATH.
have() {
	command -v "$1" >/dev/null 2>&1 && return
	for file in /usr/sbin/"$1" /usr/lib/dovecot/"$1" /usr/lib/postgresql/*/bin/"$1" /usr/lib/kannel/test/"$1"; do
		[ -x "$file" ] && return
	done
	return 1
}

missing=
need() { have "$1" || missing="$missing $2"; }
need initdb postgresql
need dovecot dovecot-imapd
need lmtp dovecot-lmtpd
need smtp-sink postfix
need bearerbox kannel
need fakesmsc kannel-extras
need nginx nginx-light
need systemd-analyze systemd
need chromium chromium
need gcc gcc
[ -e /usr/include/stdlib.h ] || missing="$missing libc6-dev"
[ -z "$missing" ] && exit 0

if ! command -v apt-get >/dev/null 2>&1; then
	echo "the tests need these Debian packages or their like:$missing" >&2
	exit 1
fi
as_root=
if [ "$(id -u)" != 0 ]; then
	if ! sudo -n true 2>/dev/null; then
		echo "the tests need more packages: sudo apt-get install$missing" >&2
		exit 1
	fi
	as_root="sudo -n"
fi
echo "installing$missing" >&2
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get -q -y update >/dev/null
# Of postfix a program is wanted, not the service: without a configuration it does not start. Nor may it take the place
# of another mail server: then apt-get refuses.
case "$missing" in *postfix*)
	echo "postfix postfix/main_mailer_type select No configuration" | $as_root debconf-set-selections ;;
esac
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-remove --no-install-recommends $missing >/dev/null

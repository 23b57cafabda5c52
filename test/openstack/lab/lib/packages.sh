# Installs the packages of Debian bookworm that are missing; none of their own services is started. Sourced by ../up.

PKGS="python3-keystone python3-nova nova-common python3-glance glance-common python3-placement
 placement-common rabbitmq-server mariadb-server python3-openstackclient python3-novaclient
 python3-keystoneclient uwsgi-plugin-python3 python3-pymysql"

install() {
    local missing="" p
    for p in $PKGS; do
        dpkg-query -W -f '${Status}\n' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
    done
    [ -z "$missing" ] && return 0
    say "installing:$missing"
    mkdir -p "$L"
    local mine=0 saved=""
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        mine=1; printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d
    elif ! grep -q 'exit 101' /usr/sbin/policy-rc.d; then
        saved=$(mktemp); cp -p /usr/sbin/policy-rc.d "$saved"
        printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d
    fi
    debconf-set-selections <<'D' 2>/dev/null
nova-common nova/configure_db boolean false
glance-common glance/configure_db boolean false
placement-common placement/configure_db boolean false
D
    timeout 300 apt-get -o DPkg::Lock::Timeout=120 update > "$L/apt.log" 2>&1
    DEBIAN_FRONTEND=noninteractive timeout 900 apt-get -o DPkg::Lock::Timeout=300 install -y \
        --no-install-recommends -o Dpkg::Options::=--force-confold $PKGS >> "$L/apt.log" 2>&1
    local rc=$?
    [ $mine = 1 ] && rm -f /usr/sbin/policy-rc.d
    [ -n "$saved" ] && { cp -p "$saved" /usr/sbin/policy-rc.d; rm -f "$saved"; }
    [ $rc = 0 ] || die "apt-get install, rc=$rc, see $L/apt.log"
    say "packages installed"
}

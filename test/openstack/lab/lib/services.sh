# One service each: database, message bus, the OpenStack services. Sourced by ../up.

ALL="mariadb epmd rabbitmq neutron-stub keystone keystone-brief placement glance nova-api nova-conductor nova-scheduler nova-cmp1 nova-cmp2"

start_db() {
    if [ ! -d "$OSLAB_DIR/mysql/mysql" ]; then
        mkdir -p "$OSLAB_DIR/mysql"
        mariadb-install-db --no-defaults --user=root --datadir="$OSLAB_DIR/mysql" \
            --auth-root-authentication-method=normal --skip-test-db > "$L/mysql-install.out" 2>&1 || die mariadb-install-db
    fi
    spawn mariadb mariadbd --no-defaults --user=root --datadir="$OSLAB_DIR/mysql" --socket="$SOCK" \
        --pid-file="$R/mysql.pid" --skip-networking --skip-log-bin --innodb-flush-log-at-trx-commit=0 \
        --innodb-doublewrite=0 --innodb-buffer-pool-size=256M --innodb-log-file-size=64M --max-connections=400 \
        --character-set-server=utf8mb3 --performance-schema=OFF
}
sql() { mariadb --no-defaults -uroot -S "$SOCK" "$@"; }
wait_db() { local i; for i in $(seq 1 160); do sql -e 'select 1' >/dev/null 2>&1 && return 0; sleep 0.25; done; return 1; }
rabbit_env() {
    export HOME=$OSLAB_DIR/rabbit ERL_EPMD_ADDRESS=$IP ERL_EPMD_PORT=$P_EPMD
    export RABBITMQ_NODENAME=oslab$P_RABBIT@localhost RABBITMQ_NODE_IP_ADDRESS=$IP RABBITMQ_NODE_PORT=$P_RABBIT RABBITMQ_DIST_PORT=$P_RABBIT_DIST
    export RABBITMQ_MNESIA_BASE=$OSLAB_DIR/rabbit/mnesia RABBITMQ_LOG_BASE=$L RABBITMQ_CONFIG_FILE=$E/rabbitmq RABBITMQ_ENABLED_PLUGINS_FILE=$E/enabled_plugins
    export RABBITMQ_PID_FILE=$R/rabbit.pid RABBITMQ_CONF_ENV_FILE=$E/rabbitmq-env.conf
    export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1} +S 1:1"
}
start_rabbit() {
    : > "$E/rabbitmq-env.conf"
    ( rabbit_env
      spawn epmd epmd -port $P_EPMD -address $IP
      wait_tcp $P_EPMD 10
      local b; b=$(ls -d /usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin | head -1)
      spawn rabbitmq "$b/rabbitmq-server" )
}
mgr() { # log-name command...
    local n=$1; shift
    timeout 400 "$@" >> "$L/$n.out" 2>&1 || { echo "$n" >> "$R/sync-failed"; return 1; }
}
db_sync() {
    [ -e "$OSLAB_DIR/db-done" ] && return 0
    rm -f "$R/sync-failed"
    local d; for d in keystone glance placement nova_api nova_cell0 nova_cell1; do
        sql -e "create database if not exists $d character set utf8mb3" || die "create database $d"; done
    ( mgr sync-keystone keystone-manage --config-file "$E/keystone/keystone.conf" db_sync
      mgr sync-keystone keystone-manage --config-file "$E/keystone/keystone.conf" fernet_setup --keystone-user root --keystone-group root
      mgr sync-keystone keystone-manage --config-file "$E/keystone/keystone.conf" credential_setup --keystone-user root --keystone-group root
      mgr sync-keystone keystone-manage --config-file "$E/keystone/keystone.conf" bootstrap --bootstrap-password "$ADMIN_PW" \
        --bootstrap-admin-url "http://$IP:$P_KEYSTONE/v3" --bootstrap-internal-url "http://$IP:$P_KEYSTONE/v3" \
        --bootstrap-public-url "http://$IP:$P_KEYSTONE/v3" --bootstrap-region-id RegionOne
      mgr sync-placement placement-manage --config-file "$E/placement/placement.conf" db sync ) &
    local a=$!
    ( mgr sync-nova /usr/bin/nova-manage --config-file "$E/nova/nova.conf" api_db sync
      mgr sync-nova /usr/bin/nova-manage --config-file "$E/nova/nova.conf" cell_v2 map_cell0 --database_connection "$(db nova_cell0)"
      mgr sync-nova /usr/bin/nova-manage --config-file "$E/nova/nova.conf" db sync
      mgr sync-nova /usr/bin/nova-manage --config-file "$E/nova/nova.conf" cell_v2 create_cell --name cell1 ) &
    local b=$!
    ( mgr sync-glance glance-manage --config-file "$E/glance/glance-api.conf" db_sync ) &
    local c=$!
    wait $a $b $c
    [ -e "$R/sync-failed" ] && die "db sync of: $(sort -u "$R/sync-failed" | tr '\n' ' ') (see $L/<name>.out)"
    touch "$OSLAB_DIR/db-done"
}
svc() { # start one service by name
    case $1 in
    mariadb)   start_db ;;
    rabbitmq)  start_rabbit ;;
    neutron-stub) spawn neutron-stub $PY "$E/neutron_stub.py" $IP $P_NEUTRON ;;
    keystone)  OS_KEYSTONE_CONFIG_DIR=$E/keystone OS_KEYSTONE_CONFIG_FILES=keystone.conf spawn keystone uwsgi_python3 --ini "$E/keystone-uwsgi.ini" ;;
    # A second front of the same Keystone: its tokens live a few seconds only, and a test may stop it without
    # taking identity from Nova and Glance.
    keystone-brief) OS_KEYSTONE_CONFIG_DIR=$E/keystone OS_KEYSTONE_CONFIG_FILES="keystone.conf;keystone-brief.conf" spawn keystone-brief uwsgi_python3 --ini "$E/keystone-brief-uwsgi.ini" ;;
    placement) OS_PLACEMENT_CONFIG_DIR=$E/placement spawn placement uwsgi_python3 --ini "$E/placement-uwsgi.ini" ;;
    glance)    OS_GLANCE_CONFIG_DIR=$E/glance spawn glance uwsgi_python3 --ini "$E/glance-uwsgi.ini" ;;
    nova-api)  OS_NOVA_CONFIG_DIR=$E/nova spawn nova-api uwsgi_python3 --ini "$E/nova-api-uwsgi.ini" ;;
    nova-conductor|nova-scheduler)
        local k=${1#nova-}
        spawn "$1" $PY -c "import sys; sys.argv[0]='/usr/bin/nova-$k'; from nova.cmd.$k import main; main()" \
            --config-file "$E/nova/nova.conf" --config-file "$E/nova/nova-$k.conf" ;;
    nova-cmp1|nova-cmp2)
        spawn "$1" $PY -c "import sys; sys.argv[0]='/usr/bin/nova-compute'; from nova.cmd.compute import main; import nova.virt; nova.virt.__path__.append('$E'); main()" \
            --config-file "$E/nova/nova.conf" --config-file "$E/nova/$1.conf" ;;
    *) die "no service $1" ;;
    esac
}

# How the services are configured. Sourced by ../up; E is the folder of the configuration files.

db() { echo "mysql+pymysql://root@localhost/$1?unix_socket=$SOCK&charset=utf8"; }
# user, service type: without the latter keystonemiddleware refuses application credentials with access rules.
authtoken() { cat <<D
[keystone_authtoken]
www_authenticate_uri = http://$IP:$P_KEYSTONE
auth_url = http://$IP:$P_KEYSTONE
auth_type = password
project_domain_name = Default
user_domain_name = Default
project_name = service
username = $1
password = $SVC_PW
region_name = RegionOne
service_token_roles_required = true
service_type = $2
D
}
svcauth() { cat <<D
auth_url = http://$IP:$P_KEYSTONE
auth_type = password
project_domain_name = Default
user_domain_name = Default
project_name = service
username = $1
password = $SVC_PW
region_name = RegionOne
D
}

# Writes every configuration file anew; the same input gives the same files.
configure() {
    mkdir -p "$E"/{keystone,nova,glance,placement} "$L" "$R" "$PIDS" \
        "$OSLAB_DIR"/{glance/images,glance/staging,glance/tmp,nova/lock,keystone/fernet,keystone/cred,rabbit}
    chmod 700 "$OSLAB_DIR/rabbit" "$OSLAB_DIR/keystone/fernet" "$OSLAB_DIR/keystone/cred"
    cp -f "$HERE/lib/neutron_stub.py" "$HERE/lib/oslab_driver.py" "$E/"
    mkdir -p "$E/glance/policy.d" "$E/nova/policy.d" "$E/placement/policy.d"
    local new_defaults=false; [ -e "$OSLAB_DIR/new-defaults" ] && new_defaults=true
    configure_keystone; configure_placement; configure_glance; configure_nova; configure_rabbit
    uwsgi_ini keystone  /usr/bin/keystone-wsgi-public 2 4 $P_KEYSTONE
    uwsgi_ini keystone-brief /usr/bin/keystone-wsgi-public 1 4 $P_KEYSTONE_BRIEF
    uwsgi_ini placement /usr/bin/placement-api        1 4 $P_PLACEMENT
    uwsgi_ini glance    /usr/bin/glance-wsgi-api      2 4 $P_GLANCE
    uwsgi_ini nova-api  /usr/bin/nova-api-wsgi        3 1 $P_NOVA
}

configure_keystone() {
    cat > "$E/keystone/keystone.conf" <<D
[DEFAULT]
log_dir = $L
log_file = keystone.log
[database]
connection = $(db keystone)
max_pool_size = 4
[token]
provider = fernet
[fernet_tokens]
key_repository = $OSLAB_DIR/keystone/fernet
[fernet_receipts]
key_repository = $OSLAB_DIR/keystone/fernet
[credential]
key_repository = $OSLAB_DIR/keystone/cred
[auth]
methods = external,password,token,application_credential
[identity]
password_hash_rounds = 4
D
    printf '[DEFAULT]\nlog_file = keystone-brief.log\n[token]\nexpiration = 6\n' > "$E/keystone/keystone-brief.conf"
}

configure_placement() {
    cat > "$E/placement/placement.conf" <<D
[DEFAULT]
log_dir = $L
log_file = placement.log
[api]
auth_strategy = keystone
[placement_database]
connection = $(db placement)
max_pool_size = 4
$(authtoken placement placement)
D
}

configure_glance() {
    cp -f /usr/share/glance-common/glance-api-paste.ini "$E/glance/"
    cp -f /etc/glance/schema-image.json /etc/glance/ovf-metadata.json "$E/glance/" 2>/dev/null
    cat > "$E/glance/glance-api.conf" <<D
[DEFAULT]
log_dir = $L
log_file = glance.log
bind_host = $IP
bind_port = $P_GLANCE
public_endpoint = http://$IP:$P_GLANCE
workers = 0
node_staging_uri = file://$OSLAB_DIR/glance/staging
enforce_secure_rbac = $new_defaults
[database]
connection = $(db glance)
max_pool_size = 4
[glance_store]
stores = file,http
default_store = file
filesystem_store_datadir = $OSLAB_DIR/glance/images
[paste_deploy]
flavor = keystone
config_file = $E/glance/glance-api-paste.ini
[oslo_policy]
enforce_new_defaults = $new_defaults
enforce_scope = $new_defaults
[oslo_concurrency]
lock_path = $OSLAB_DIR/glance/tmp
$(authtoken glance image)
D
}

configure_nova() {
    cp -f /usr/share/nova-common/api-paste.ini "$E/nova/"
    cp -f /etc/nova/rootwrap.conf "$E/nova/"
    cat > "$E/nova/nova.conf" <<D
[DEFAULT]
log_dir = $L
state_path = $OSLAB_DIR/nova
my_ip = $IP
host = ctl
transport_url = rabbit://guest:guest@$IP:$P_RABBIT/
compute_driver = ${OSLAB_DRIVER:-oslab_driver.LabDriver}
allow_resize_to_same_host = true
enabled_apis = osapi_compute
rpc_response_timeout = 30
flat_injected = false
force_config_drive = false
vif_plugging_is_fatal = false
vif_plugging_timeout = 0
update_resources_interval = 30
sync_power_state_interval = -1
running_deleted_instance_action = noop
reclaim_instance_interval = 0
[wsgi]
api_paste_config = $E/nova/api-paste.ini
[api]
auth_strategy = keystone
[api_database]
connection = $(db nova_api)
max_pool_size = 4
[database]
connection = $(db nova_cell1)
max_pool_size = 4
[conductor]
workers = 1
[scheduler]
workers = 1
discover_hosts_in_cells_interval = 20
[filter_scheduler]
enabled_filters = ComputeFilter,ComputeCapabilitiesFilter,ImagePropertiesFilter,ServerGroupAntiAffinityFilter,ServerGroupAffinityFilter
[vnc]
enabled = false
[spice]
enabled = false
[glance]
valid_interfaces = internal,public
service_type = image
region_name = RegionOne
[oslo_concurrency]
lock_path = $OSLAB_DIR/nova/lock
[oslo_messaging_notifications]
driver = noop
[oslo_messaging_rabbit]
heartbeat_in_pthread = false
$( [ $new_defaults = true ] && printf '[oslo_policy]\nenforce_new_defaults = true\nenforce_scope = true\n' )
$( [ -e "$OSLAB_DIR/old-defaults" ] && printf '[oslo_policy]\nenforce_new_defaults = false\nenforce_scope = false\n' )
$(authtoken nova compute)
[placement]
$(svcauth placement)
[neutron]
$(svcauth nova)
[service_user]
send_service_user_token = false
[quota]
instances = 500
cores = 5000
ram = -1
[cinder]
catalog_info = volumev3::publicURL
D
    for h in cmp1 cmp2; do printf '[DEFAULT]\nhost = %s\nlog_file = nova-compute-%s.log\n' $h $h > "$E/nova/nova-$h.conf"; done
    for s in api conductor scheduler manage; do printf '[DEFAULT]\nlog_file = nova-%s.log\n' $s > "$E/nova/nova-$s.conf"; done
}

configure_rabbit() {
    cat > "$E/rabbitmq.conf" <<D
listeners.tcp.default = $IP:$P_RABBIT
loopback_users.guest = true
log.file.level = warning
vm_memory_high_watermark.absolute = 1GB
disk_free_limit.absolute = 50MB
D
    printf '[].\n' > "$E/enabled_plugins"
}

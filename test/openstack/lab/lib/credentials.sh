# What a person and a test need to use the cloud: openrc files per user, and lab.env with the addresses. Sourced by ../up.

write_credentials() {
    local u
    for u in "admin admin $ADMIN_PW" "demo demo demopw" "reader demo readerpw" "member2 demo member2pw" "other other otherpw" "gateway service $SVC_PW" "gwsvc service $SVC_PW"; do
        set -- $u
        cat > "$OSLAB_DIR/openrc.$1" <<D
unset \${!OS_@} 2>/dev/null
export OS_AUTH_URL=http://$IP:$P_KEYSTONE/v3 OS_IDENTITY_API_VERSION=3 OS_IMAGE_API_VERSION=2
export OS_USERNAME=$1 OS_PASSWORD=$3 OS_PROJECT_NAME=$2 OS_USER_DOMAIN_NAME=Default OS_PROJECT_DOMAIN_NAME=Default
export OS_REGION_NAME=RegionOne OS_INTERFACE=public
D
    done
    cat > "$OSLAB_DIR/lab.env" <<D
OSLAB_DIR=$OSLAB_DIR
KEYSTONE=http://$IP:$P_KEYSTONE
KEYSTONE_BRIEF=http://$IP:$P_KEYSTONE_BRIEF
NOVA=http://$IP:$P_NOVA
GLANCE=http://$IP:$P_GLANCE
PLACEMENT=http://$IP:$P_PLACEMENT
NEUTRON=http://$IP:$P_NEUTRON
ADMIN_PW=$ADMIN_PW
SVC_PW=$SVC_PW
D
}

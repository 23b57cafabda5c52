# How uwsgi serves the APIs. Sourced by ../up.

uwsgi_ini() { # name wsgi-file processes threads  (Debian's own ini, fewer processes)
cat > "$E/$1-uwsgi.ini" <<D
[uwsgi]
http-socket = $IP:$5
buffer-size = 65535
rem-header = Content-Length
master = true
enable-threads = true
thunder-lock = true
plugins = python3
lazy-apps = true
paste-logger = true
no-orphans = true
die-on-term = true
processes = $3
threads = $4
listen = 100
name = $1
wsgi-file = $2
D
    # Debian's keystone and nova inis lack this line: uwsgi then closes after each answer without
    # saying so and a client that pools connections meets resets.  OSLAB_RAW_UWSGI=1 keeps it so.
    case $1 in keystone*|nova-api) [ "${OSLAB_RAW_UWSGI:-0}" = 1 ] || echo 'add-header = Connection: close' >> "$E/$1-uwsgi.ini";; esac
    case $1 in glance|placement) cat >> "$E/$1-uwsgi.ini" <<D
socket-timeout = 10
http-auto-chunked = true
http-chunked-input = true
http-raw-body = true
add-header = Connection: close
exit-on-reload = true
wsgi-manage-chunked-input = true
D
    esac
}

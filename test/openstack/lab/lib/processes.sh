# Starts, finds and ends the processes of the lab, each by its own pid. Sourced by ../up.
pid_of() { # name -> pid if it is ours and alive
    local f=$PIDS/$1 p
    [ -s "$f" ] || return 1
    p=$(cat "$f")
    [ -d "/proc/$p" ] || return 1
    tr '\0' '\n' < "/proc/$p/environ" 2>/dev/null | grep -qx "OSLAB_SVC=$OSLAB_DIR/$1" || return 1
    echo "$p"
}
spawn() { # name cmd...
    local n=$1; shift
    pid_of "$n" >/dev/null && return 0
    OSLAB_SVC=$OSLAB_DIR/$n setsid "$@" >>"$L/$n.out" 2>&1 </dev/null &
    local p=$!
    echo $p > "$PIDS/$n"
    disown $p 2>/dev/null || true
}
stop() { # name
    local p; p=$(pid_of "$1") || { rm -f "$PIDS/$1"; return 0; }
    kill "$p" 2>/dev/null
    local i; for i in $(seq 1 60); do [ -d "/proc/$p" ] || break; sleep 0.25; done
    if [ -d "/proc/$p" ]; then kill -9 "$p" 2>/dev/null; sleep 0.3; fi
    rm -f "$PIDS/$1"
}
wait_http() { # url seconds
    local i; for i in $(seq 1 $(( $2 * 4 ))); do
        curl -s -o /dev/null --max-time 10 "$1" && return 0; sleep 0.25
    done; return 1
}
wait_tcp() { # port seconds
    local i; for i in $(seq 1 $(( $2 * 4 ))); do
        (exec 3<>"/dev/tcp/$IP/$1") 2>/dev/null && return 0; sleep 0.25
    done; return 1
}

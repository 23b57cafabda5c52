"""Seeds the lab (idempotent): seed.py keystone | rest | wait-hosts | compute-url URL"""
import json
import os
import sys
import time

import requests

D = os.environ.get('OSLAB_DIR', '/tmp/oslab')
ENV = dict(l.strip().split('=', 1) for l in open(D + '/lab.env') if '=' in l)
K, N, G, P, Q = (ENV[k] for k in ('KEYSTONE', 'NOVA', 'GLANCE', 'PLACEMENT', 'NEUTRON'))


class OneShot:
    """A new connection per request: Debian's uwsgi closes after each answer, at times unannounced."""
    def request(self, method, url, **kw):
        with requests.Session() as s:
            s.trust_env = False
            return s.request(method, url, **kw)

    def get(self, url, **kw):
        return self.request('GET', url, **kw)

    def post(self, url, **kw):
        return self.request('POST', url, **kw)

    def put(self, url, **kw):
        return self.request('PUT', url, **kw)


S = OneShot()


def token(user, pw, project):
    r = S.post(K + '/v3/auth/tokens', timeout=60, json={'auth': {
        'identity': {'methods': ['password'], 'password': {'user': {
            'name': user, 'password': pw, 'domain': {'id': 'default'}}}},
        'scope': {'project': {'name': project, 'domain': {'id': 'default'}}}}})
    r.raise_for_status()
    return r.headers['X-Subject-Token'], r.json()['token']


def call(tok, method, url, ok=(200, 201, 202, 204), **kw):
    h = {'X-Auth-Token': tok}
    h.update(kw.pop('headers', {}))
    r = S.request(method, url, headers=h, timeout=60, **kw)
    if r.status_code not in ok:
        raise SystemExit('%s %s -> %s %s' % (method, url, r.status_code, r.text[:400]))
    return r.json() if r.content and 'json' in r.headers.get('Content-Type', '') else None


def find_or_create(tok, coll, one, match, body):
    q = '&'.join('%s=%s' % kv for kv in match.items())
    found = call(tok, 'GET', '%s/v3/%s?%s' % (K, coll, q))[coll]
    if found:
        return found[0]
    b = dict(match)
    b.update(body)
    return call(tok, 'POST', '%s/v3/%s' % (K, coll), json={one: b})[one]


def save(ids):
    f = D + '/ids.env'
    old = {}
    if os.path.exists(f):
        old = dict(l.strip().split('=', 1) for l in open(f) if '=' in l)
    old.update(ids)
    with open(f, 'w') as o:
        for k in sorted(old):
            o.write('%s=%s\n' % (k, old[k]))


def set_compute_url(tok, url):
    svc = call(tok, 'GET', K + '/v3/services?type=compute')['services'][0]
    for e in call(tok, 'GET', K + '/v3/endpoints?interface=public&service_id=' + svc['id'])['endpoints']:
        if e['url'] != url:
            call(tok, 'PATCH', K + '/v3/endpoints/' + e['id'], json={'endpoint': {'url': url}})
    with open(D + '/compute-url', 'w') as o:
        o.write(url + '\n')


def keystone():
    tok, _ = token('admin', ENV['ADMIN_PW'], 'admin')
    roles = {}
    for r in ('admin', 'member', 'reader', 'service'):
        roles[r] = find_or_create(tok, 'roles', 'role', {'name': r}, {})['id']
    proj = {'admin': call(tok, 'GET', K + '/v3/projects?name=admin')['projects'][0]['id']}
    for p in ('service', 'demo', 'other'):
        proj[p] = find_or_create(tok, 'projects', 'project', {'name': p, 'domain_id': 'default'}, {})['id']
    sp = ENV['SVC_PW']
    users = [  # name, password, project, roles
        ('nova', sp, 'service', ['admin', 'service']),
        ('glance', sp, 'service', ['admin', 'service']),
        ('placement', sp, 'service', ['admin', 'service']),
        ('gateway', sp, 'service', ['admin', 'service']),   # may validate tokens and list all tenants' servers
        ('gwsvc', sp, 'service', ['service']),              # role service only
        ('demo', 'demopw', 'demo', ['member']),
        ('member2', 'member2pw', 'demo', ['member']),
        ('reader', 'readerpw', 'demo', ['reader']),
        ('other', 'otherpw', 'other', ['member']),
    ]
    ids = {'PROJECT_' + k.upper(): v for k, v in proj.items()}
    for name, pw, p, rs in users:
        u = find_or_create(tok, 'users', 'user', {'name': name, 'domain_id': 'default'},
                           {'password': pw, 'default_project_id': proj[p]})
        ids['USER_' + name.upper()] = u['id']
        for r in rs:
            call(tok, 'PUT', '%s/v3/projects/%s/users/%s/roles/%s' % (K, proj[p], u['id'], roles[r]))
    for stype, name, url in (('image', 'glance', G), ('compute', 'nova', N + '/v2.1'),
                             ('placement', 'placement', P), ('network', 'neutron-stub', Q)):
        s = find_or_create(tok, 'services', 'service', {'type': stype, 'name': name}, {})
        have = {e['interface'] for e in call(tok, 'GET', K + '/v3/endpoints?service_id=' + s['id'])['endpoints']}
        for i in ('public', 'internal', 'admin'):
            if i not in have:
                call(tok, 'POST', K + '/v3/endpoints', json={'endpoint': {
                    'interface': i, 'url': url, 'region_id': 'RegionOne', 'service_id': s['id'], 'region': 'RegionOne'}})
    want = os.environ.get('OSLAB_COMPUTE_URL')
    if want:
        set_compute_url(tok, N + '/v2.1' if want == 'direct' else want)
    elif not os.path.exists(D + '/compute-url'):
        set_compute_url(tok, N + '/v2.1')
    # an application credential of demo
    dt, body = token('demo', 'demopw', 'demo')
    uid = body['user']['id']
    have = call(dt, 'GET', '%s/v3/users/%s/application_credentials?name=lab' % (K, uid))['application_credentials']
    ac = have[0] if have else call(dt, 'POST', '%s/v3/users/%s/application_credentials' % (K, uid), json={
        'application_credential': {'name': 'lab', 'secret': 'labsecret'}})['application_credential']
    ids['APPCRED_ID'] = ac['id']
    ids['APPCRED_SECRET'] = 'labsecret'
    save(ids)


IMAGES = [  # key, id, name, user triple, extra fields
    ('DEMO', 'd0000000-0000-4000-8000-000000000001', 'demo-private', 'demo', {'visibility': 'private'}),
    ('DEMO_PROTECTED', 'd0000000-0000-4000-8000-000000000002', 'demo-protected', 'demo', {'visibility': 'private', 'protected': True}),
    ('DEMO_ADC_TRUE', 'd0000000-0000-4000-8000-000000000003', 'demo-adc-true', 'demo', {'visibility': 'private', 'auto_disk_config': 'True'}),
    ('DEMO_ADC_FALSE', 'd0000000-0000-4000-8000-000000000004', 'demo-adc-false', 'demo', {'visibility': 'private', 'auto_disk_config': 'False'}),
    ('DEMO_COMMUNITY', 'd0000000-0000-4000-8000-000000000005', 'demo-community', 'demo', {'visibility': 'community'}),
    ('DEMO_SHARED', 'd0000000-0000-4000-8000-000000000006', 'demo-shared', 'demo', {'visibility': 'shared'}),
    ('DEMO_QUEUED', 'd0000000-0000-4000-8000-000000000007', 'demo-queued', 'demo', {'visibility': 'private'}),
    ('PUBLIC', 'a0000000-0000-4000-8000-000000000001', 'admin-public', 'admin', {'visibility': 'public'}),
    ('PUBLIC_PROTECTED', 'a0000000-0000-4000-8000-000000000002', 'admin-public-protected', 'admin', {'visibility': 'public', 'protected': True}),
    ('ADMIN_PRIVATE', 'a0000000-0000-4000-8000-000000000003', 'admin-private', 'admin', {'visibility': 'private'}),
    ('OTHER', 'e0000000-0000-4000-8000-000000000001', 'other-private', 'other', {'visibility': 'private'}),
]


def rest():
    toks = {'admin': token('admin', ENV['ADMIN_PW'], 'admin')[0],
            'demo': token('demo', 'demopw', 'demo')[0], 'other': token('other', 'otherpw', 'other')[0]}
    ids = {}
    for key, iid, name, who, extra in IMAGES:
        ids['IMAGE_' + key] = iid
        t = toks[who]
        r = S.get(G + '/v2/images/' + iid, headers={'X-Auth-Token': t}, timeout=60)
        if r.status_code == 200 and (r.json()['status'] == 'active' or key == 'DEMO_QUEUED'):
            continue
        if r.status_code == 404:
            b = {'id': iid, 'name': name, 'disk_format': 'raw', 'container_format': 'bare', 'min_disk': 0, 'min_ram': 0}
            b.update(extra)
            call(t, 'POST', G + '/v2/images', json=b)
        if key != 'DEMO_QUEUED':
            call(t, 'PUT', G + '/v2/images/%s/file' % iid, data=b'oslab' * 20,
                 headers={'Content-Type': 'application/octet-stream'})
    d = ids['IMAGE_DEMO_SHARED']
    op = json.loads(json.dumps({k.split('_', 1)[1]: v for k, v in
                    (l.strip().split('=', 1) for l in open(D + '/ids.env')) if k.startswith('PROJECT_')}))
    S.post(G + '/v2/images/%s/members' % d, headers={'X-Auth-Token': toks['demo']}, json={'member': op['OTHER']}, timeout=60)
    S.put(G + '/v2/images/%s/members/%s' % (d, op['OTHER']), headers={'X-Auth-Token': toks['other']},
          json={'status': 'accepted'}, timeout=60)
    t = toks['admin']
    have = {f['id'] for f in call(t, 'GET', N + '/v2.1/flavors')['flavors']}
    for fid, name, ram, disk in (('1', 'm1.tiny', 64, 1), ('2', 'm1.small', 128, 2), ('3', 'm1.medium', 256, 4), ('4', 'm1.nodisk', 64, 0)):
        if fid not in have:
            call(t, 'POST', N + '/v2.1/flavors', json={'flavor': {'id': fid, 'name': name, 'ram': ram, 'vcpus': 1, 'disk': disk}})
    save(ids)


def wait_hosts():
    t, _ = token('admin', ENV['ADMIN_PW'], 'admin')
    up = []
    for _ in range(60):
        ss = call(t, 'GET', N + '/v2.1/os-services')['services']
        fresh = time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(time.time() - 14))  # they report every 10 s
        up = sorted(s['host'] for s in ss if s['binary'] == 'nova-compute' and s['state'] == 'up' and (s['updated_at'] or '') > fresh)
        rp = call(t, 'GET', P + '/resource_providers', headers={'OpenStack-API-Version': 'placement 1.39'})['resource_providers']
        if up == ['cmp1', 'cmp2'] and len(rp) >= 2:
            return
        time.sleep(1)
    raise SystemExit('compute hosts up: %s' % up)


what = sys.argv[1]
if what == 'keystone':
    keystone()
elif what == 'rest':
    rest()
elif what == 'wait-hosts':
    wait_hosts()
elif what == 'compute-url':
    u = sys.argv[2]
    set_compute_url(token('admin', ENV['ADMIN_PW'], 'admin')[0], N + '/v2.1' if u == 'direct' else u)

type Widened<T> = T extends string ? string : { readonly [K in keyof T]: Widened<T[K]> };

/**
 * Names, ids and secrets of the demo cloud. They are the same on each start, so that a command from the README works
 * as it stands. Nothing here is secret: the cloud holds nothing and listens on loopback.
 */
const ids = {
  projects: {
    demo: 'd0000000000000000000000000000001',
    other: 'e0000000000000000000000000000001',
    admin: 'a0000000000000000000000000000001',
    service: '50000000000000000000000000000001',
  },
  users: {
    demo: { id: 'd0000000000000000000000000000011', name: 'demo', password: 'demopw' },
    member2: { id: 'd0000000000000000000000000000012', name: 'member2', password: 'member2pw' },
    reader: { id: 'd0000000000000000000000000000013', name: 'reader', password: 'readerpw' },
    other: { id: 'e0000000000000000000000000000011', name: 'other', password: 'otherpw' },
    admin: { id: 'a0000000000000000000000000000011', name: 'admin', password: 'adminpw' },
    /** Validates tokens and lists servers of all projects: roles admin and service. */
    gateway: { id: '50000000000000000000000000000011', name: 'gateway', password: 'servicepw' },
    /** Validates tokens, no more: role service. */
    validator: { id: '50000000000000000000000000000012', name: 'validator', password: 'servicepw' },
  },
  tokens: {
    /** A member of project demo. */
    demo: 'f064c46a782c444cb4ba4b6434288f7c',
    /** Another member of project demo. */
    member2: '22222222222222222222222222222222',
    /** Project demo, role reader only. */
    reader: '33333333333333333333333333333333',
    other: 'eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee',
    admin: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    gateway: '55555555555555555555555555555555',
    validator: '66666666666666666666666666666666',
    /** User demo without a project. */
    unscoped: '77777777777777777777777777777777',
    /** User demo; ended an hour before the start. */
    expired: '00000000000000000000000000000000',
    /** Application credential of user demo without and with access rules. */
    applicationCredential: '88888888888888888888888888888888',
    restricted: '99999999999999999999999999999999',
    /** Whoever asks about this one is answered 503: an identity service that has lost its database. */
    failing: '50300000000000000000000000000503',
  },
  applicationCredentials: {
    plain: { id: 'ac000000000000000000000000000001', name: 'demo-app', secret: 'appsecret' },
    /** May only read images of the compute API. */
    restricted: { id: 'ac000000000000000000000000000002', name: 'demo-reader-app', secret: 'appsecret' },
  },
  images: {
    /** Project demo's; auto_disk_config True. Its one server is ACTIVE. */
    ubuntu: 'd42f821e-c2d1-4796-9f07-af5ed7912d0e',
    /** Project demo's; auto_disk_config True. Its one server waits in VERIFY_RESIZE. */
    resizing: 'd0000000-0000-4000-8000-000000000002',
    /** Project demo's; auto_disk_config DISABLED. */
    disabled: 'd0000000-0000-4000-8000-000000000003',
    /** Project demo's, shared with project other. */
    shared: 'd0000000-0000-4000-8000-000000000004',
    /** Project demo's, for everybody who knows its id. */
    community: 'd0000000-0000-4000-8000-000000000005',
    /** Project demo's, protected against deletion. */
    protected: 'd0000000-0000-4000-8000-000000000006',
    /** Project demo's, without data. */
    queued: 'd0000000-0000-4000-8000-000000000007',
    /** Project other's, private. */
    other: 'e0000000-0000-4000-8000-000000000001',
    /** Project admin's, public. */
    public: 'a0000000-0000-4000-8000-000000000001',
  },
  servers: {
    /** Built from `ubuntu`, ACTIVE. */
    web: '5e000000-0000-4000-8000-000000000001',
    /** Built from `resizing`, VERIFY_RESIZE. */
    resized: '5e000000-0000-4000-8000-000000000002',
    /** Boots from a volume made of `ubuntu`: the API shows no image. ACTIVE. */
    volume: '5e000000-0000-4000-8000-000000000003',
    /** Project other's, built from the public image, ACTIVE. */
    other: '5e000000-0000-4000-8000-000000000004',
  },
} as const;

export type DemoSeed = Widened<typeof ids>;

export const seedIds: DemoSeed = ids;

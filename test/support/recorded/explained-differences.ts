/** Why answers of the demo cloud are not the recorded ones, on purpose. */
export interface ExplainedDifference {
  /** One sentence. */
  readonly why: string;
  /** Names of exchanges. */
  readonly of: readonly string[];
  /** Where they differ; left out: the whole answer is another one. */
  readonly where?: readonly string[];
}

const images = ['images-list', 'mv-235-images', 'http-badhost'];
const catalogs = [
  'ks-post-password',
  'ks-post-appcred',
  'ks-post-token-method',
  'ks-validate-gateway-200',
  'ks-validate-v3slash',
  'ks-x',
];

export const explainedDifferences: readonly ExplainedDifference[] = [
  {
    why: "The demo cloud's HTTP parser is Node's, which refuses what uwsgi reads: lengths that lie, unknown and lower-case methods, folded headers, targets with blanks or that are no path; the gateway refuses them before they get there.",
    of: [
      'size-cl-short',
      'size-cl-zero-with-body',
      'size-cl-negative',
      'size-cl-nonsense',
      'size-cl-two',
      'size-cl-and-te',
      'method-FOO-metadata',
      'method-post-metadata',
      'method-CONNECT-metadata',
      'http-fold',
      'path-091',
      'path-112',
    ],
  },
  {
    why: 'Node says that a header section is too large; uwsgi resets the connection.',
    of: ['size-toolong-header'],
    where: ['status', 'reason'],
  },
  {
    why: "Blanks around a header's value are no part of it for Node (RFC 9110 5.5), and are for uwsgi.",
    of: ['ctype-json-space'],
  },
  {
    why: "Python's JSON has NaN; that of the demo cloud does not, and neither does the gateway's.",
    of: ['json-nan'],
    where: ['json.badRequest.message'],
  },
  {
    why: "Rackspace's documents write paths without a version, so the demo cloud takes them; Nova offers its versions.",
    of: ['path-025'],
  },
  {
    why: 'Sharing an image is no call of the demo cloud, so its shared image is the seeded one, which is older.',
    of: images,
    where: ['json.images in order'],
  },
  {
    why: 'The demo cloud has no network and no placement service.',
    of: catalogs,
    where: ['json.token.catalog listed'],
  },
  {
    why: "Application credentials are seeded; the demo cloud's has another name.",
    of: ['ks-post-appcred', 'ks-validate-appcred-subject'],
    where: ['json.token.application_credential.name'],
  },
  {
    why: 'The demo identity service speaks v2.0 too, as that of Rackspace does.',
    of: ['ks-root'],
    where: ['json.versions.values length'],
  },
  {
    why: 'Keystone quotes the whole schema behind its sentence; the demo says the sentence.',
    of: ['ks-post-badbody-400'],
    where: ['json.error.message'],
  },
  {
    why: 'Tokens for the system are not imitated: the gateway refuses them as it refuses every token without a project.',
    of: ['ks-post-system-admin'],
  },
  {
    why: 'The catalogue is imitated as a part of tokens, not as a call of its own.',
    of: ['ks-catalog'],
  },
  {
    why: 'Hosts are shown to administrators; servers of the demo cloud run on none.',
    of: ['server-detail-image-alltenants-admin'],
    where: [
      'json.servers[].OS-EXT-SRV-ATTR:host',
      'json.servers[].OS-EXT-SRV-ATTR:instance_name',
      'json.servers[].OS-EXT-SRV-ATTR:hypervisor_hostname',
    ],
  },
];

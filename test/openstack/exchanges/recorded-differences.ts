/** Names in a text, one or more blanks between them. */
const names = (text: string): readonly string[] => text.trim().split(/\s+/);

/**
 * Requests of test/support/recorded/exchanges.jsonl by the refusal that they get of the gateway; all others have the
 * service's own answer. The numbers are those of the recorder's lists of spellings.
 */
export const recordedRefusals: Readonly<Record<string, readonly string[]>> = {
  'authenticate/ambiguous-token': names(`
    auth-x-storage-token auth-underscore-header auth-two-tokens auth-two-tokens-2
    auth-token-plus-underscore`),
  'authenticate/invalid-token': names(`
    auth-bad-post auth-bad-get auth-badfernet-post auth-badfernet-get`),
  'authenticate/no-token': names(`
    auth-none-post auth-none-get auth-empty-post auth-empty-get auth-none-badpath auth-none-badbody
    auth-none-toolarge auth-bearer auth-spoof-identity mv-239-unauth`),
  'authorize/missing-role': names(`
    perm-reader-demo-private-post perm-gwsvc-demo-private-post perm-reader-put perm-reader-delete-key`),
  'authorize/other-project': names(`
    path-010 path-011 path-012 path-013 path-014 path-015 path-016 path-020 path-022 path-024 path-026`),
  'disk-config-guard/resizing': names(`
    image-post-during-verify`),
  'disk-config-values/bad-value': names(`
    json-adc-DISABLED json-adc-disabled json-adc-AUTO json-adc-MANUAL json-adc-yes json-adc-1
    json-adc-empty json-adc-_True_ server-createImage-metadata`),
  'gateway/bad-body': names(`
    image-put-key-mismatch-400 method-POST-images keypath-put-json2`),
  'gateway/bad-id': names(`
    image-nonuuid-post path-047 path-048 path-050 path-092 path-093 path-096 path-108`),
  'gateway/bad-json': names(`
    json-notjson-400 json-empty-body-400 json-value-nul json-dup-key json-dup-key-adc json-dup-metadata
    json-nan json-trailing-garbage json-trailing-comma json-single-quotes json-comment json-bom
    json-utf16 json-utf16le-nobom json-utf32 json-badutf8 json-latin1 json-surrogate json-deep
    size-cl-zero-with-body`),
  'gateway/bad-media-type': names(`
    json-no-body-no-length override-form override-form-get size-nocl size-gzip ctype-json-latin1
    ctype-json-semicolon ctype-json-params ctype-json-junk ctype-vnd ctype-hal ctype-textjson
    ctype-plain ctype-xml ctype-form ctype-octet ctype-empty ctype-nonsense ctype-multipart ctype-comma
    ctype-missing`),
  'gateway/bad-method': names(`
    auth-none-delete-method auth-none-options method-PATCH-metadata method-DELETE-metadata
    method-OPTIONS-metadata method-TRACE-metadata method-CONNECT-metadata method-POST-key
    method-PATCH-key method-POST-image mv-239-delete-method`),
  'gateway/bad-path': names(`
    path-002 path-003 path-004 path-005 path-006 path-009 path-036 path-037 path-038 path-039 path-042
    path-043 path-044 path-049 path-051 path-052 path-053 path-054 path-055 path-056 path-057 path-058
    path-059 path-060 path-061 path-062 path-063 path-064 path-065 path-066 path-067 path-068 path-069
    path-070 path-071 path-072 path-073 path-074 path-075 path-076 path-077 path-078 path-079 path-080
    path-082 path-083 path-084 path-085 path-086 path-087 path-088 path-089 path-090 path-094 path-095
    path-097 path-098 path-099 path-100 path-101 path-102 path-103 path-104 path-105 path-106 path-107
    path-109 path-110 path-111 path-113 path-114 path-115 path-116 path-118 path-120 keypath-00
    keypath-07 keypath-08 keypath-09 keypath-put-enc`),
  'gateway/bad-request': names(`
    method-FOO-metadata method-post-metadata size-cl-negative size-cl-nonsense size-cl-two
    size-cl-and-te ctype-two ctype-two-2 path-091 path-112 http-09 http-20 http-fold`),
  'gateway/body-too-large': names(`
    size-114687 size-114688 size-114689 size-300000 size-chunked-130000`),
  'gateway/headers-too-large': names(`
    size-longpath size-longheader size-toolong-header`),
  'gateway/method-override': names(`
    override-get-query-post override-get-query-put override-post-query-get override-get-query-lower
    override-get-query-pctenc override-get-key-delete override-header override-patch-query
    override-foo-query override-put-query-post override-post-query-put override-delete-query-post
    override-put-query-get override-get-key-delete-real override-post-key-put override-post-emptyvalue
    override-twice override-twice-2`),
  'gateway/no-route': names(`
    path-027 path-030 path-031 path-032 path-034 path-045 path-046 path-081 path-117`),
  'metadata-quota/lookup-failed': names(`
    attr-poisoned-post attr-poisoned-put`),
  'metadata-quota/too-many-items': names(`
    json-129-items json-128-items`),
  'metadata-schema/invalid': names(`
    image-put-key-two-400 json-null-400 json-array-400 json-string-400 json-number-400 json-emptyobj-400
    json-missing-metadata-400 json-metadata-null-400 json-metadata-array-400 json-metadata-string-400
    json-extra-toplevel-400 json-metadata-uppercase-400 json-value-int-400 json-value-bool-400
    json-value-null-400 json-value-obj-400 json-value-256-400 json-key-empty-400 json-key-256-400
    json-key-slash-400 json-key-unicode-400 json-key-newline-end json-key-space json-value-4byte
    json-attr-protected-true json-attr-size-1 json-attr-tags-x json-attr-locations-x
    json-attr-kernel_id-abc json-attr-block_device_mapping-x json-attr-block_device_mapping-__
    json-attr-mappings-__ json-attr-virtual_size-3 json-attr-self-x image-unknown-badbody`),
};

/** Differences that are no refusals, each with its reason. */
export const recordedExplained: Readonly<Record<string, string>> = {
  'auth-none-v2':
    'The path /v2 is the root of both APIs, and here the gateway has both behind it: Glance answers, and asks for a token. Nova alone would show its old version.',
  'auth-service-token-bad':
    'A service token is taken out unless the policy accepts it, so Nova never sees the bad one.',
  'method-HEAD-metadata':
    '405 with `Allow` in place of a bare 404, as for every other method that the path does not have; an answer to HEAD has no body that could say so.',
  'size-chunked-small':
    "Debian's uwsgi hands Nova no chunked body; the gateway reads it, judges it and sends it on with its length.",
  'ctype-json-space':
    "Blanks around a header's value are no part of it (RFC 9110 5.5), so the gateway sends it on without them; uwsgi keeps them, and Nova does not know such a type.",
  'http-forwarded':
    'Only trusted proxies may say by which address a client came; the gateway takes these headers from others out, so Nova makes its links of the address that it was asked at.',
};

/** Requests that any of the outcomes may have, each with its reason. */
export const recordedByChance: Readonly<Record<string, string>> = {
  'ks-nova-after-revoke':
    'Each worker of Nova remembers tokens for a while by itself, and so does the gateway (`identity.cache.seconds`): which of them still lets in a token that has just been revoked is chance.',
};

/**
 * Members of a Glance v2 image that are attributes of the image itself; every other member is a property, which is
 * what Nova calls metadata. Source: Glance `glance/api/v2/images.py` `get_base_properties` and its
 * `_disallowed_properties`, `_reserved_properties`.
 */
export const imageAttributes: ReadonlySet<string> = new Set([
  'id',
  'name',
  'status',
  'visibility',
  'protected',
  'os_hidden',
  'checksum',
  'os_hash_algo',
  'os_hash_value',
  'owner',
  'size',
  'virtual_size',
  'container_format',
  'disk_format',
  'created_at',
  'updated_at',
  'tags',
  'direct_url',
  'min_ram',
  'min_disk',
  'self',
  'file',
  'schema',
  'stores',
  'locations',
  'deleted',
  'deleted_at',
  'is_public',
]);

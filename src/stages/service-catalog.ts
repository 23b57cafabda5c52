import { isObject } from '../core/json.ts';

const urlNames: Readonly<Record<string, string>> = {
  public: 'publicURL',
  internal: 'internalURL',
  admin: 'adminURL',
};

/**
 * The catalogue in the shape of Identity API v2.0, which services read from `X-Service-Catalog`
 * (keystonemiddleware `auth_token/_request.py`, `set_service_catalog_headers`): one endpoint per region with its URLs side by side. A catalogue
 * that has this shape already stays as it is. ASCII only, as a header field needs.
 */
export const serviceCatalog = (catalog: readonly unknown[] | undefined): string | undefined =>
  catalog === undefined
    ? undefined
    : JSON.stringify(catalog.map(serviceOf)).replace(
        /[\u007f-\uffff]/g,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );

const serviceOf = (service: unknown): unknown => {
  if (!isObject(service) || !Array.isArray(service['endpoints'])) return service;
  const regions = new Map<unknown, Record<string, unknown>>();
  for (const endpoint of service['endpoints']) {
    if (!isObject(endpoint) || typeof endpoint['interface'] !== 'string') return service;
    const urlName = urlNames[endpoint['interface']];
    if (urlName === undefined) continue;
    const region = endpoint['region'] ?? endpoint['region_id'];
    const row = regions.get(region) ?? { region };
    row[urlName] = endpoint['url'];
    regions.set(region, row);
  }
  return { type: service['type'], name: service['name'], endpoints: [...regions.values()] };
};

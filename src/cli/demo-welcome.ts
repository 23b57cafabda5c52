import type { DemoSeed } from '../demo/seed-ids.ts';

/** What a newcomer sees: where everything is, and requests to paste. */
export const welcome = (url: string, adminUrl: string, { tokens, images }: DemoSeed): string => {
  const write = (image: string, body: string) =>
    `curl -i ${url}/v2/images/${image}/metadata -H 'X-Auth-Token: ${tokens.demo}' -H 'Content-Type: application/json' -d '${body}'`;
  return `images-gateway is at ${url}, in front of a demo cloud in memory. Status page: ${adminUrl}/

Set metadata of an image (200):
  ${write(images.ubuntu, '{"metadata":{"Category":"Webserver Retail Outlet project","Owner":"John, Doe","Label":"Updated"}}')}

Change auto_disk_config of an image whose server is being resized (409):
  ${write(images.resizing, '{"metadata":{"auto_disk_config":"FALSE"}}')}

Send what the policy does not allow (400):
  ${write(images.ubuntu, '{"metadata":{"auto_disk_config":"DISABLED"}}')}

Send too much: after 20 writes in a minute the limit answers (413):
  for i in $(seq 21); do ${write(images.ubuntu, '{"metadata":{"label":"n"}}').replace('curl -i', "curl -s -o /dev/null -w '%{http_code} '")}; done

Stop with Ctrl-C.
`;
};

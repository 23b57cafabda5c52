import { type ExchangeGroup, metadataPath as M, nova } from './exchange.ts';

/** Spellings of the path, `{J}` standing for `images/{image}/metadata`. Nova takes a third of them for the same image. */
const writes = String.raw`
/v2.1/{J}/
/v2.1/{J}//
/v2.1//{J}
//v2.1/{J}
/v2.1/images//{image}/metadata
/v2.1/images/{image}//metadata
/v2.1/{project}/{J}/
/v2.1/{project}//{J}
/v2.1/123/{J}
/v2.1/{PROJECT}/{J}
/v2.1/demo/{J}
/v2/{J}/
/v2/{otherProject}/{J}
/v2.0/{J}
/v3/{J}
/V2.1/{J}
/{J}
/compute/v2.1/{J}
/v1.1/{J}
/v2.1/{J}.json
/v2.1/{J}.xml
/v2.1/{J}.JSON
/v2.1/images.json/{image}/metadata
/v2.1/images/{image}.json/metadata
/v2.1/{J};x=1
/v2.1/images;x=1/{image}/metadata
/v2.1/{J}?x=1
/v2.1/{J}?
/v2.1/{J}#frag
/v2.1/{J}%23frag
/v2.1/{J}%3fx=1
/v2.1/IMAGES/{image}/metadata
/v2.1/images/{image}/METADATA
/v2.1/images/{IMAGE}/metadata
/v2.1/images/{imageNoDashes}/metadata
/v2.1/images/{image}/%6detadata
/v2%2e1/{J}
/v2.1%2f{J}
/v2.1/images%2f{image}/metadata
/v2.1/images/{image}%2Fmetadata
/v2.1/images/{image}%252fmetadata
/v2.1/./{J}
/v2.1/images/../{J}
/v2.1/images/{publicImage}/../{image}/metadata
/v2.1/%2e%2e/v2.1/{J}
/v2.1/servers/..%2f{J}
/x/../v2.1/{J}
/v2.1/{J}/.
/v2.1/{J}/x/..
/v2.1/{J}%20
/v2.1/{J}%00
/v2.1/{J}%0a
/v2.1/{J}%0d%0a
/v2.1/{J}\
/v2.1\{J}
/v2.1/{J}%5c
/v2.1/{J}%2f
/v2.1/images/{image}%0a/metadata
/v2.1/images/{image}+/metadata
/v2.1/images/{image}%ff/metadata
/v2.1/images/{image}%c0%ae/metadata
/v2.1/images/{image}%3fx=/metadata
/v2.1/images/{image}%23x/metadata
/v2.1/images/{publicImage}%2f..%2f{image}/metadata
/v2.1/images/{image}./metadata
http://other.example/v2.1/{J}
v2.1/{J}
*
/v2.1/{J}%
/v2.1/{J}%zz
/v2.1/images/{image}/metadata%c2%a0
`;

const keys = ['/keep', '/ke%65p', '/keep/', '/keep.json', '/KEEP', '//keep', '/keep;y', '/%2fkeep', '/a%20b'];

export const pathExchanges: ExchangeGroup = {
  title: 'Spellings of a path',
  exchanges: [
    ...writes
      .trim()
      .split('\n')
      .map((spelling) =>
        nova(`write ${spelling}`, 'POST', spelling.replace('{J}', 'images/{image}/metadata'), {
          metadata: { probe: '1' },
        }),
      ),
    ...keys.map((spelling) => nova(`read …/metadata${spelling}`, 'GET', `${M}${spelling}`)),
    nova('set …/metadata/ke%65p', 'PUT', `${M}/ke%65p`, { meta: { keep: '9' } }),
    nova('set …/metadata/keep/', 'PUT', `${M}/keep/`, { meta: { keep: '9' } }),
  ],
};

import type { Headers } from '../core/exchange.ts';
import type { Fault } from '../core/fault.ts';
import { gatewayFault } from './refusal.ts';

/**
 * The body must be declared as what we read it as. Nova parses a missing or `text/plain` type as JSON too, and
 * Latin-1 as UTF-8 (recorded from Nova 26): a body that we judged as one thing must not be read as another.
 *
 * @returns the refusal, or `undefined` when the declaration is right.
 */
export const mediaTypeFault = (headers: Headers, mediaTypes: readonly string[]): Fault | undefined => {
  const expected = mediaTypes.join(' or ');
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    return gatewayFault(
      'bad-media-type',
      'The body has a content coding, which this call does not take. Send it without Content-Encoding.',
    );
  }
  const declared = headers['content-type'];
  if (typeof declared !== 'string') {
    return gatewayFault(
      'bad-media-type',
      `The request declares no content type. Send Content-Type: ${expected}.`,
    );
  }
  const [type = '', ...parameters] = declared.split(';').map((part) => part.trim());
  if (!mediaTypes.includes(type.toLowerCase())) {
    return gatewayFault(
      'bad-media-type',
      `The content type is not one that this call takes. Send Content-Type: ${expected}.`,
    );
  }
  if (parameters.some((parameter) => !/^charset=(?:utf-8|"utf-8")$/i.test(parameter))) {
    return gatewayFault(
      'bad-media-type',
      `The content type has a parameter other than charset=utf-8. Send Content-Type: ${expected}.`,
    );
  }
  return undefined;
};

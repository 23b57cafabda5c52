import { randomUUID } from 'node:crypto';

/** OpenStack honours a caller's request id only in this form (oslo.middleware `request_id.py`): `req-` and a UUID 4. */
const shape = /^req-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The caller's own id when it has the right form, else a new one. */
export const requestIdOf = (sent: string | string[] | undefined): string =>
  typeof sent === 'string' && shape.test(sent) ? sent : `req-${randomUUID()}`;

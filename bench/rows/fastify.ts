/** Fastify with its own proxying plugin, @fastify/reply-from, and one hook for each policy. */
import replyFrom from '@fastify/reply-from';
import fastify, { type FastifyReply } from 'fastify';
import {
  type Allowance,
  callerOf,
  faultBody,
  finish,
  identityHeaders,
  isIdentityHeader,
  isRefusal,
  judgeBody,
  limited,
  type Refusal,
  requestId,
} from './policies.ts';
import { port, upstream } from './settings.ts';

interface State {
  started: number;
  caller: Exclude<ReturnType<typeof callerOf>, Refusal> | undefined;
  refusal: Refusal | undefined;
  allowance: Allowance | undefined;
}

const app = fastify({ bodyLimit: 65_536, genReqId: requestId });
await app.register(replyFrom, { base: upstream, undici: { connections: 128, pipelining: 1 } });
app.decorateRequest('state');
const stateOf = (request: object): State => (request as { state: State }).state;

const refuse = (request: object, reply: FastifyReply, refusal: Refusal) => {
  stateOf(request).refusal = refusal;
  return reply.code(refusal.status).send(faultBody(refusal));
};

app.addHook('onRequest', async (request, reply) => {
  Object.assign(request, {
    state: { started: performance.now(), caller: undefined, refusal: undefined, allowance: undefined },
  });
  reply.header('x-openstack-request-id', request.id);
  const caller = callerOf(request.headers['x-auth-token']);
  if (isRefusal(caller)) return refuse(request, reply, caller);
  const state = stateOf(request);
  state.caller = caller;
  const allowance = await limited(caller, request.ip);
  if (isRefusal(allowance)) return refuse(request, reply, allowance);
  state.allowance = allowance;
  return undefined;
});
app.addHook('onResponse', async (request, reply) => {
  const { started, caller, refusal } = stateOf(request);
  const { id, method, url } = request;
  finish({ id, method, path: url, status: reply.statusCode, started, caller, refusal });
});
app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
  done(null, body),
);
app.post<{ Body: Buffer }>('/v2/images/:imageId/metadata', (request, reply) => {
  const refusal = judgeBody(JSON.parse(request.body.toString()));
  if (refusal !== undefined) return refuse(request, reply, refusal);
  const { caller, allowance } = stateOf(request);
  return reply.from(request.url, {
    body: request.body,
    contentType: 'application/json',
    rewriteRequestHeaders: (_request, headers) => {
      for (const name of Object.keys(headers)) if (isIdentityHeader(name)) delete headers[name];
      return caller === undefined ? headers : Object.assign(headers, identityHeaders(caller));
    },
    rewriteHeaders: (headers) => ({
      ...headers,
      'ratelimit-policy': allowance?.policy ?? '',
      ratelimit: allowance?.state ?? '',
    }),
  });
});
await app.listen({ port, host: '127.0.0.1' });

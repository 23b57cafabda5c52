/** The obvious composition: Express, its JSON parser, one middleware for each policy, http-proxy-3 behind them. */
import { Agent } from 'node:http';
import { Readable } from 'node:stream';
import express, { type RequestHandler, type Response } from 'express';
import httpProxy from 'http-proxy-3';
import {
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

const proxy = httpProxy.createProxyServer({
  target: upstream,
  agent: new Agent({ keepAlive: true, maxSockets: 128 }),
});
proxy.on('error', (_error, _req, res) => void res.destroy());

const refuse = (res: Response, refusal: Refusal): void => {
  res.locals['refusal'] = refusal;
  res.status(refusal.status).json(faultBody(refusal));
};

const records: RequestHandler = (req, res, next) => {
  const started = performance.now();
  const id = requestId();
  const { method, path } = req;
  res.setHeader('x-openstack-request-id', id);
  res.on('finish', () => {
    const { caller, refusal } = res.locals;
    finish({ id, method, path, status: res.statusCode, started, caller, refusal });
  });
  next();
};

const authenticate: RequestHandler = (req, res, next) => {
  const caller = callerOf(req.headers['x-auth-token']);
  if (isRefusal(caller)) return refuse(res, caller);
  res.locals['caller'] = caller;
  for (const name of Object.keys(req.headers)) if (isIdentityHeader(name)) delete req.headers[name];
  Object.assign(req.headers, identityHeaders(caller));
  next();
};

const rateLimit: RequestHandler = async (req, res, next) => {
  const allowance = await limited(res.locals['caller'], req.ip ?? '');
  if (isRefusal(allowance)) return refuse(res, allowance);
  res.setHeader('ratelimit-policy', allowance.policy);
  res.setHeader('ratelimit', allowance.state);
  next();
};

const judge: RequestHandler = (req, res, next) => {
  const refusal = judgeBody(req.body);
  if (refusal === undefined) next();
  else refuse(res, refusal);
};

const app = express();
app.use(records);
app.post(
  '/v2/images/:imageId/metadata',
  authenticate,
  rateLimit,
  express.json({ limit: 65_536, verify: (req, _res, bytes) => Object.assign(req, { bytes }) }),
  judge,
  (req, res) => {
    const { bytes } = req as typeof req & { bytes: Buffer };
    proxy.web(req, res, { buffer: Readable.from([bytes]) });
  },
);
app.listen(port, '127.0.0.1');

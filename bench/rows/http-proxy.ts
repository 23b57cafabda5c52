/** http-proxy-3 with a keep-alive agent, and nothing else. */
import { Agent, createServer } from 'node:http';
import httpProxy from 'http-proxy-3';
import { port, upstream } from './settings.ts';

const proxy = httpProxy.createProxyServer({
  target: upstream,
  agent: new Agent({ keepAlive: true, maxSockets: 128 }),
});
proxy.on('error', (_error, _req, res) => void res.destroy());
createServer((req, res) => proxy.web(req, res)).listen(port, '127.0.0.1');

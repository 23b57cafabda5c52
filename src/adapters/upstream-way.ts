import type { ForwardPort } from '../core/forward.ts';
import { createMemoryForwarder, type MemoryOptions } from './upstream-memory.ts';
import { createStreamForwarder } from './upstream-stream.ts';

export interface WayOptions extends Omit<MemoryOptions, 'origin' | 'basePath'> {
  /** Find a connection before a streamed body is touched, so that the request can still go elsewhere. */
  readonly connectFirst?: boolean;
}

/** The way to one address of an upstream. */
export interface Way extends ForwardPort {
  /** Ends all connections to the address; exchanges in flight fail. */
  close(): Promise<void>;
}

/** @param url scheme, host, port, and a path that is put before every target */
export const createWay = (url: string, options: WayOptions): Way => {
  const { origin, pathname } = new URL(url);
  const { connections, timeoutMs, retried, tls } = options;
  const shared = {
    origin,
    basePath: pathname.replace(/\/+$/, ''),
    connections,
    timeoutMs,
    tls,
  };
  const memory = createMemoryForwarder({ ...shared, retried });
  const stream = createStreamForwarder({ ...shared, connectFirst: options.connectFirst });
  return {
    forward: (req, res, request) => {
      if (request.upgrade !== undefined) return stream.upgrade(req, res, request, request.upgrade);
      if (request.body === 'stream') return stream.forward(req, res, request);
      return memory.forward(res, request);
    },
    close: () => {
      stream.close();
      return memory.close();
    },
  };
};

import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import type { Upgrade } from '../core/forward.ts';
import { IncomingMessage, ServerResponse } from '../node/http.ts';
import { upgradeOf } from './upgrade.ts';

/** Answers one request; `upgrade` is there when it asks for WebSocket. What it throws is a bug. */
export type EdgeHandler = (
  req: IncomingMessage,
  res: ServerResponse,
  upgrade?: Upgrade | undefined,
) => Promise<void> | void;

/** Told of a bug in the handler; answers if that is still possible. */
export type EdgeFailure = (error: unknown, req: IncomingMessage, res: ServerResponse) => void;

export interface EdgeApp {
  readonly listener: (req: IncomingMessage, res: ServerResponse) => void;
  /** The classes that the server must make its requests and responses of. */
  readonly IncomingMessage: typeof IncomingMessage;
  readonly ServerResponse: typeof ServerResponse;
}

/**
 * An Express application with one handler for every path and method: routes are matched by the pipeline, on the
 * canonical path, and never by Express, which would match on another spelling than the one that is forwarded.
 */
export const createApp = (handler: EdgeHandler, failed: EdgeFailure): EdgeApp => {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  const all: RequestHandler = (req, res) => handler(req, res, upgradeOf(req));
  // Express knows an error handler by its four parameters; without one it would answer with HTML.
  const bug: ErrorRequestHandler = (error, req, res, _next) => failed(error, req, res);
  app.use(all);
  app.use(bug);

  // Express gives every request and response its own prototype by `setPrototypeOf`, which makes V8 forget what it
  // knew of the object: a quarter of the time of a small request. Objects made with that prototype are left alone.
  class EdgeRequest extends IncomingMessage {}
  class EdgeResponse extends ServerResponse {}
  Object.setPrototypeOf(EdgeRequest.prototype, app.request);
  Object.setPrototypeOf(EdgeResponse.prototype, app.response);
  app.request = EdgeRequest.prototype as typeof app.request;
  app.response = EdgeResponse.prototype as typeof app.response;

  return {
    listener: app,
    IncomingMessage: EdgeRequest,
    ServerResponse: EdgeResponse as typeof ServerResponse,
  };
};

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Upgrade } from '../core/forward.ts';

const upgrades = new WeakMap<IncomingMessage, Upgrade>();

/** The connection of a request that asks for WebSocket, to be handed over if a route allows it. */
export const upgradeOf = (req: IncomingMessage): Upgrade | undefined =>
  // A lookup in a weak map for every request would cost more than this test.
  req.headers.upgrade === undefined ? undefined : upgrades.get(req);

/**
 * Makes an upgrade an ordinary request with a response, so that it takes the same way as all others, refusals
 * included. Node gives no response with an upgrade, only the socket.
 */
export const asRequest = (req: IncomingMessage, res: ServerResponse, upgrade: Upgrade): void => {
  const { socket } = upgrade;
  upgrades.set(req, upgrade);
  socket.on('error', () => socket.destroy());
  res.shouldKeepAlive = false;
  res.assignSocket(socket);
  res.once('finish', () => {
    res.detachSocket(socket);
    // Node hands out streams without this method too; a crash is the one answer that nobody may get.
    if (typeof socket.destroySoon === 'function') socket.destroySoon();
    else (socket as Socket).destroy();
  });
};

/** The socket of an upgrade belongs to one connection only. */
export const upgradeFrom = (socket: unknown, head: Buffer): Upgrade => ({ socket: socket as Socket, head });

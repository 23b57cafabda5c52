import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { Connections } from '../../../src/http/connections.ts';

const socketOf = (): Socket => Object.assign(new EventEmitter(), { destroySoon: () => undefined }) as never;
const answer = (state: Partial<Record<keyof ServerResponse, unknown>>): ServerResponse =>
  ({ shouldKeepAlive: true, writableFinished: true, socket: null, ...state }) as never;

test('a socket is free for an upgrade only when no answer uses it and the last one did not end it', () => {
  for (const [state, isFree] of [
    [{}, true],
    [{ writableFinished: false }, false],
    [{ socket: {} }, false],
    // Node gives the socket to a request behind the last answer, which is not run.
    [{ shouldKeepAlive: false }, false],
  ] as const) {
    const connections = new Connections();
    const socket = socketOf();
    connections.add(socket);
    assert.equal(connections.isFree(socket), true);
    connections.begin(socket, answer(state));
    assert.equal(connections.isFree(socket), isFree, JSON.stringify(state));
  }
});

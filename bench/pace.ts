/**
 * Sends requests at a fixed rate, from a process of its own, whether answers come or not (an open loop): a stall is seen
 * by all requests that it held up. What is due is sent once a millisecond, and its latency counts from then: a pacer that
 * spins instead is more exact, and takes one of two cores away from those who are measured.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Load } from './load.ts';

export interface PacedLoad extends Omit<Load, 'tokens'> {
  /** Requests a second over all connections. */
  readonly rate: number;
}

/** Milliseconds. */
export interface Latency {
  readonly requests: number;
  /** Answers with another status than 200, and connections that failed. */
  readonly errors: number;
  readonly p50: number;
  readonly p99: number;
}

export interface Pacer {
  run(load: PacedLoad): Promise<Latency>;
  stop(): void;
}

export const startPacer = (): Pacer => {
  const child = fork(import.meta.filename, ['serve']);
  return {
    async run(load) {
      child.send(load);
      const [result] = await once(child, 'message');
      return result as Latency;
    },
    stop: () => void child.kill(),
  };
};

const bytesOf = ({ url, method, headers, body }: PacedLoad): Buffer => {
  const { host, pathname } = new URL(url);
  const fields = Object.entries({ host, ...headers, 'content-length': Buffer.byteLength(body) });
  const head = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.from(`${method} ${pathname} HTTP/1.1\r\n${head}\r\n${body}`);
};

/** A connection that has one request under way at most. */
interface Line {
  readonly socket: Socket;
  due: number;
  text: string;
}

const isWhole = (text: string): boolean => {
  const end = text.indexOf('\r\n\r\n');
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
  return end !== -1 && text.length >= end + 4 + Number(length ?? 0);
};

const run = (load: PacedLoad): Promise<Latency> =>
  new Promise((resolve) => {
    const request = bytesOf(load);
    const latencies: number[] = [];
    const waiting: number[] = [];
    const idle: Line[] = [];
    let errors = 0;
    let left = Math.round(load.rate * load.seconds);
    let open = left;
    const interval = 1000 / load.rate;

    const send = (line: Line, due: number): void => {
      line.due = due;
      line.socket.write(request);
    };
    const finished = (ok: boolean): void => {
      if (!ok) errors++;
      if (--open > 0) return;
      for (const { socket } of lines) socket.destroy();
      const sorted = latencies.sort((a, b) => a - b);
      const at = (part: number): number => sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN;
      resolve({ requests: sorted.length, errors, p50: at(0.5), p99: at(0.99) });
    };
    const lines = Array.from({ length: load.connections }, (): Line => {
      const socket = connect({ host: '127.0.0.1', port: Number(new URL(load.url).port), noDelay: true });
      const line: Line = { socket, due: 0, text: '' };
      socket.setEncoding('latin1').on('data', (chunk) => {
        line.text += chunk;
        if (!isWhole(line.text)) return;
        const ok = line.text.startsWith('HTTP/1.1 200 ');
        line.text = '';
        latencies.push(performance.now() - line.due);
        const due = waiting.shift();
        if (due === undefined) idle.push(line);
        else send(line, due);
        finished(ok);
      });
      socket.on('error', () => finished(false)).on('connect', () => idle.push(line));
      return line;
    });
    let next = 0;
    const turn = (): void => {
      const now = performance.now();
      for (; left > 0 && next <= now; next += interval, left--) {
        const line = idle.pop();
        if (line === undefined) waiting.push(now);
        else send(line, now);
      }
      if (left > 0) setTimeout(turn, 1);
    };
    const begin = (): void => {
      if (idle.length < load.connections) return void setTimeout(begin, 5);
      next = performance.now();
      turn();
    };
    begin();
  });

if (process.argv[2] === 'serve') {
  process.on('message', (load) => void run(load as PacedLoad).then((result) => process.send?.(result)));
  process.on('disconnect', () => process.exit());
}

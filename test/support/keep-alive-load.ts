import { connect } from 'node:net';
import { oneAnswer, statuses } from './raw-client.ts';

/**
 * Sends a request so many times, each connection one after the other, and gives how often each status came back.
 * It costs as little as can be, so that a test can afford thousands.
 */
export const keepAliveLoad = async (
  port: number,
  request: string,
  { requests, connections }: { readonly requests: number; readonly connections: number },
): Promise<Readonly<Record<number, number>>> => {
  const found: Record<number, number> = {};
  let left = requests;
  const side = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      let text = '';
      const next = (): void => {
        if (left-- > 0) socket.write(request, 'latin1');
        else socket.end();
      };
      socket.setEncoding('latin1').on('data', (chunk) => {
        text += chunk;
        if (!oneAnswer(text)) return;
        const [status = 0] = statuses(text);
        found[status] = (found[status] ?? 0) + 1;
        text = '';
        next();
      });
      socket.on('connect', next).on('close', resolve).on('error', reject);
    });
  await Promise.all(Array.from({ length: connections }, side));
  return found;
};

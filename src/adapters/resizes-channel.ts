/** What the workers of one machine and their primary say to each other about resizes. The primary remembers them. */
import { type Peer, topic } from '../core/peer.ts';
import type { ResizesPort, SeenResize } from '../core/ports.ts';

const rememberResize = topic<SeenResize, 'new' | 'known' | undefined>('resize-remember');
const forgetResize = topic<string, true>('resize-forget');
const resizesOfImage = topic<
  { readonly imageId: string; readonly projectId: string | undefined },
  readonly SeenResize[] | undefined
>('resizes-of-image');

/** Milliseconds for an answer of a process on the same machine, which may be busy with a policy. */
const budgetMs = 1000;

/** Resizes of one worker of several on a machine: what one has seen, all know. */
export const createWorkerResizes = (primary: Peer): ResizesPort => ({
  remember: (resize) => primary.ask(rememberResize, resize, budgetMs),
  forget: async (serverId) => void (await primary.ask(forgetResize, serverId, budgetMs)),
  ofImage: (imageId, projectId) => primary.ask(resizesOfImage, { imageId, projectId }, budgetMs),
});

/** Remembers for one worker, in the same memory for all. */
export const serveResizes = (worker: Peer, resizes: ResizesPort): void => {
  // JSON leaves out what is undefined.
  worker.answer(rememberResize, ({ serverId, imageId, projectId, at }) =>
    resizes.remember({ serverId, imageId, projectId, at }),
  );
  worker.answer(forgetResize, async (serverId) => {
    await resizes.forget(serverId);
    return true;
  });
  worker.answer(resizesOfImage, ({ imageId, projectId }) => resizes.ofImage(imageId, projectId));
};

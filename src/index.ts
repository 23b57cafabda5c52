import type { IncomingMessage, ServerResponse } from 'node:http';
import { composeMounted } from './compose/listeners.ts';
import { PolicyProblems } from './compose/policy-problems.ts';
import { composeGateway } from './compose.ts';
import { loadConfig } from './config/load.ts';
import { type Problem, printProblem } from './files/problem.ts';

/** Settings or policies that do not load. */
export class GatewayProblems extends Error {
  override readonly name = 'GatewayProblems';
  /** `file:line:column: sentence`, one for each problem. */
  readonly problems: readonly string[];
  constructor(problems: readonly Problem[]) {
    const lines = problems.map(printProblem);
    super(lines.join('\n'));
    this.problems = lines;
  }
}

export type RequestHandler = (req: IncomingMessage, res: ServerResponse) => void;

/** A gateway without listeners of its own, for a program that has some. */
export interface Gateway {
  /** Judges and forwards: `app.use(gateway.handler)`, behind nothing that reads the body or changes the path. */
  readonly handler: RequestHandler;
  /** Metrics, health and administration, with the same token and rules as the listener of its own would have. */
  readonly admin: RequestHandler;
  /** Hash of the policy that serves. */
  readonly revision: string;
  /** Loads the policies anew. @returns what is wrong with them; empty: they serve now. */
  reload(): Promise<readonly string[]>;
  /** Not ready at once; waits for requests in flight, at most 30 seconds; closes everything. */
  stop(): Promise<void>;
}

export interface GatewayOptions {
  /** The settings file. Its `listen` is not used, and of `admin` only the token and `writes`. */
  readonly config: string;
  /** Where `env:NAME` in the settings is looked up. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Builds a gateway to be mounted in an Express application, or in any server of `node:http`.
 *
 * @throws GatewayProblems
 */
export const createGateway = async ({ config: file, env }: GatewayOptions): Promise<Gateway> => {
  const loaded = await loadConfig(file, env);
  if (!loaded.ok) throw new GatewayProblems(loaded.problems);
  try {
    const core = await composeGateway(loaded.config);
    const { handler, admin } = composeMounted(core);
    core.begin();
    return {
      handler,
      admin,
      get revision() {
        return core.policies.snapshots.current.revision;
      },
      async reload() {
        const next = await core.policies.reload();
        return next.ok ? [] : next.problems.map(printProblem);
      },
      stop: () => core.stop(core.idle),
    };
  } catch (error) {
    throw error instanceof PolicyProblems ? new GatewayProblems(error.problems) : error;
  }
};

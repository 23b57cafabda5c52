import type { Decision } from '../core/decision.ts';
import type { LevelledLog } from '../core/log.ts';
import type { LimitsDesk } from '../http/admin-limits.ts';
import type { ServingStatus } from '../http/admin-status.ts';
import type { TokensDesk } from '../http/admin-tokens.ts';

/** What the admin listener shows and changes of those who serve clients: this process, or all workers together. */
export interface Desk {
  status(): ServingStatus | Promise<ServingStatus>;
  /** The part of it that probes look at. */
  health(): ServingStatus['health'] | Promise<ServingStatus['health']>;
  /** @param openMetrics rather than the older text format. */
  scrape(openMetrics: boolean): Promise<{ readonly body: string; readonly contentType: string }>;
  /**
   * The newest first, masked.
   * @param wanted members that have to be equal.
   */
  decisions(
    wanted: Readonly<Record<string, string>>,
    most: number,
  ): readonly Decision[] | Promise<readonly Decision[]>;
  readonly limits: LimitsDesk;
  readonly tokens: TokensDesk;
  readonly log: Pick<LevelledLog, 'level' | 'setLevel'>;
}

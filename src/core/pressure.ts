/** A counter that is nearly or wholly used up. */
export interface Pressure {
  readonly limit: string;
  /** `project:<id>` and the like. */
  readonly party: string;
  readonly used: number;
  readonly points: number;
  /** Requests refused in this window, as far as this process saw them. */
  readonly refused: number;
  /** Milliseconds until the window ends. */
  readonly resetMs: number;
}

/** Structured log lines. Fields must never hold a token, a secret or a body. */
export interface Log {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** A log whose least important lines can be let through or held back while it runs. */
export interface LevelledLog extends Log {
  level(): string;
  setLevel(level: (typeof logLevels)[number]): void;
  /** Writes what has gathered. */
  flush(): void;
}

import { type LevelledLog, logLevels } from '../core/log.ts';
import { type AdminPage, fromBrowser, json } from './admin-page.ts';

/** `GET /log-level` and `POST /log-level?level=debug`: until the next start, the settings file stays as it is. */
export const logPages = (
  log: Pick<LevelledLog, 'level' | 'setLevel'>,
): readonly (readonly [string, AdminPage])[] => [
  ['GET /log-level', (_req, res) => json(res, 200, { level: log.level() })],
  [
    'POST /log-level',
    (req, res) => {
      if (fromBrowser(req)) return json(res, 403, { error: 'This is not for browsers. Use curl -X POST.' });
      const asked = new URL(req.url ?? '/', 'http://admin.invalid').searchParams.get('level');
      const level = logLevels.find((known) => known === asked);
      if (level === undefined)
        return json(res, 400, { error: `Name one of ?level=${logLevels.join(', ')}.` });
      log.setLevel(level);
      json(res, 200, { level });
    },
  ],
];
